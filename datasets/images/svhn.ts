import { messageOf } from '../../src/common/errors.js';
import type { ImageSets, LabelledImages } from './labelledImages.js';
import { type MatArray, readMatFile } from './matFile.js';
import { ownedFile, wrongFile } from './ownedFiles.js';

const SIDE = 32;
const CHANNELS = 3;
/** More than the larger of the two files. */
const MOST_BYTES = 1 << 29;

export const SVHN_FILES = ['train_32x32.mat', 'test_32x32.mat'] as const;

/**
 * SVHN: digits of house numbers, 32×32 in colour, from the published files of format 2 (cropped digits) in the user's cache.
 *
 * Source: Netzer, Wang, Coates, Bissacco, Wu & Ng 2011, "Reading Digits in Natural Images with Unsupervised Feature Learning".
 * @throws ForeframeError in one line when a file is not there or is another one
 */
export async function loadSvhn(): Promise<ImageSets> {
  const [train, test] = SVHN_FILES;
  return { train: await readSet(train), test: await readSet(test) };
}

async function readSet(name: string): Promise<LabelledImages> {
  const file = await ownedFile('svhn', SVHN_FILES, name, MOST_BYTES);
  let arrays: ReadonlyMap<string, MatArray>;
  try {
    arrays = readMatFile(file);
  } catch (error) {
    throw wrongFile('svhn', name, `cannot be read: ${messageOf(error)}`, error);
  }
  const [images, labels] = [arrays.get('X'), arrays.get('y')];
  const count = labels?.values.length ?? 0;
  if (!images || !labels || images.shape.join() !== [SIDE, SIDE, CHANNELS, count].join())
    throw wrongFile('svhn', name, `has no X of 32×32×3 for each label in y`);
  // The digit 0 has the label 10.
  const digits = Uint8Array.from(labels.values, (label) => (label === 10 ? 0 : label));
  if (digits.some((digit, at) => digit > 9 || labels.values[at]! < 1))
    throw wrongFile('svhn', name, 'holds labels that are not 1 to 10');
  return { count, side: SIDE, channels: CHANNELS, images: rowMajor(images, count), labels: digits };
}

/** MATLAB runs down columns first: `[row, column, channel, image]` with the row fastest. */
function rowMajor({ values }: MatArray, count: number): Uint8Array {
  const images = new Uint8Array(values.length);
  let from = 0;
  for (let image = 0; image < count; image++)
    for (let channel = 0; channel < CHANNELS; channel++)
      for (let column = 0; column < SIDE; column++)
        for (let row = 0; row < SIDE; row++)
          images[((image * SIDE + row) * SIDE + column) * CHANNELS + channel] = values[from++]!;
  return images;
}
