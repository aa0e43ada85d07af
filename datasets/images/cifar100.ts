import type { ImageSets, LabelledImages } from './labelledImages.js';
import { ownedFile, wrongFile } from './ownedFiles.js';

const SIDE = 32;
const PIXELS = SIDE * SIDE;
const CHANNELS = 3;
const CLASSES = 100;
/** A coarse and a fine label, then the image: all of red, all of green, all of blue. */
const RECORD = 2 + CHANNELS * PIXELS;
/** More than the larger of the two files. */
const MOST_BYTES = 1 << 28;

export const CIFAR100_FILES = ['train.bin', 'test.bin'] as const;

/**
 * CIFAR-100: photographs, 32×32 in colour, a hundred classes (the fine labels), from the files of its binary version in the user's
 * cache.
 *
 * Source: Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images".
 * @throws ForeframeError in one line when a file is not there or is another one
 */
export async function loadCifar100(): Promise<ImageSets> {
  const [train, test] = CIFAR100_FILES;
  return { train: await readRecords(train), test: await readRecords(test) };
}

async function readRecords(name: string): Promise<LabelledImages> {
  const file = await ownedFile('cifar100', CIFAR100_FILES, name, MOST_BYTES);
  const count = file.length / RECORD;
  if (!Number.isInteger(count) || count === 0)
    throw wrongFile(
      'cifar100',
      name,
      `is cut short: it has ${file.length} bytes, not a multiple of ${RECORD}`,
    );
  const images = new Uint8Array(count * PIXELS * CHANNELS);
  const labels = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    const start = at * RECORD;
    labels[at] = file[start + 1]!;
    if (labels[at]! >= CLASSES) throw wrongFile('cifar100', name, `holds a label above ${CLASSES - 1}`);
    const to = at * PIXELS * CHANNELS;
    for (let channel = 0; channel < CHANNELS; channel++) {
      const from = start + 2 + channel * PIXELS;
      for (let pixel = 0; pixel < PIXELS; pixel++)
        images[to + pixel * CHANNELS + channel] = file[from + pixel]!;
    }
  }
  return { count, side: SIDE, channels: CHANNELS, images, labels };
}
