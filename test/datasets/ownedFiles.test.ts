import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadCifar100 } from '../../datasets/images/cifar100.js';
import { cifar100Dataset } from '../../datasets/images/imageDatasets.js';
import { loadLabelledImageSets } from '../../datasets/images/labelledImageSets.js';
import { imageAt } from '../../datasets/images/labelledImages.js';
import { loadSvhn } from '../../datasets/images/svhn.js';
import { CIFAR100_CLASSES } from '../../datasets/sampleSets.js';

/** Datasets whose files nobody can fetch, from files made in their format. */

let cache: string;
const at = (dataset: string, name: string) => join(cache, 'files', dataset, name);

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'foreframe-owned-'));
  vi.stubEnv('FOREFRAME_CACHE', cache);
  for (const dataset of ['cifar100', 'svhn']) mkdirSync(join(cache, 'files', dataset), { recursive: true });
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const PIXELS = 1024;

/** A coarse label, a fine one, and an image whose red, green and blue differ. */
function records(count: number): Buffer {
  const file = Buffer.alloc(count * (2 + 3 * PIXELS));
  for (let image = 0; image < count; image++) {
    const start = image * (2 + 3 * PIXELS);
    file[start] = 19;
    file[start + 1] = image % 100;
    for (let i = 0; i < 3 * PIXELS; i++) file[start + 2 + i] = (7 * i + (i >> 10) + image) % 256;
  }
  return file;
}

describe('CIFAR-100', () => {
  it('reads the fine labels and the colours of the binary version', async () => {
    writeFileSync(at('cifar100', 'train.bin'), records(5_300));
    writeFileSync(at('cifar100', 'test.bin'), records(7));
    const { train, test } = await loadCifar100();
    expect([train.count, test.count, train.images.length]).toEqual([5_300, 7, 5_300 * PIXELS * 3]);
    expect([...test.labels]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const value = (image: number, channel: number, pixel: number) =>
      (7 * (channel * PIXELS + pixel) + channel + image) % 256;
    for (const [image, pixel] of [
      [0, 0],
      [3, 1],
      [6, 1_023],
    ] as const)
      expect([...imageAt(test, image).subarray(3 * pixel, 3 * pixel + 3)]).toEqual(
        [0, 1, 2].map((channel) => value(image, channel, pixel)),
      );

    const sets = await loadLabelledImageSets({ dataset: 'cifar100', labels: 200, draw: 1 });
    expect([sets.classes.length, sets.train.count, sets.validation.count, sets.labelled.length]).toEqual([
      100, 300, 5_000, 200,
    ]);
    const clips = await cifar100Dataset.open();
    expect(clips('test', 3).labels).toEqual({ label: 3 });
    expect(clips('test', 3).frames[0]!.data).toEqual(imageAt(test, 3));
  });

  it('has a hundred names in order', () => {
    expect(CIFAR100_CLASSES).toHaveLength(100);
    expect([...CIFAR100_CLASSES].sort()).toEqual(CIFAR100_CLASSES);
    expect(new Set(CIFAR100_CLASSES).size).toBe(100);
  });

  it('says in a line where files belong, and what is wrong with them', async () => {
    await expect(loadCifar100()).rejects.toThrow(
      `cifar100 cannot be fetched, and ${at('cifar100', 'train.bin')} is not there: put your train.bin and test.bin into ${join(cache, 'files/cifar100')}`,
    );
    writeFileSync(at('cifar100', 'train.bin'), records(2).subarray(1));
    await expect(loadCifar100()).rejects.toThrow(/train\.bin is cut short: it has 6147 bytes/);
    const odd = records(1);
    odd[1] = 100;
    writeFileSync(at('cifar100', 'train.bin'), odd);
    await expect(loadCifar100()).rejects.toThrow(/holds a label above 99/);
  });
});

const fixtures = join(import.meta.dirname, 'fixtures/svhn');
const SVHN = ['train_32x32.mat', 'test_32x32.mat'];

describe('SVHN', () => {
  it('reads files as SciPy writes them, compressed and not, with the rows of each image', async () => {
    for (const name of SVHN) copyFileSync(join(fixtures, name), at('svhn', name));
    const { train, test } = await loadSvhn();
    // 10 stands for the digit 0.
    expect([[...train.labels], [...test.labels]]).toEqual([
      [0, 1, 9],
      [0, 1],
    ]);
    for (const set of [train, test])
      for (const [image, row, column] of [
        [0, 0, 0],
        [1, 5, 2],
        [1, 31, 30],
      ] as const)
        expect([
          ...imageAt(set, image).subarray(3 * (32 * row + column), 3 * (32 * row + column) + 3),
        ]).toEqual([0, 1, 2].map((channel) => (row + 3 * column + 50 * channel + 20 * image) % 256));
  });

  it('refuses in a line what is damaged or another file', async () => {
    const file = readFileSync(join(fixtures, SVHN[1]!));
    const load = async (bytes: Uint8Array) => {
      writeFileSync(at('svhn', SVHN[0]!), bytes);
      return loadSvhn();
    };
    await expect(loadSvhn()).rejects.toThrow(/svhn cannot be fetched, and .*train_32x32\.mat is not there/);
    await expect(load(file.subarray(0, 3_000))).rejects.toThrow(/cannot be read: it is cut short/);
    await expect(load(Buffer.from('no MAT-file'))).rejects.toThrow(/it is no MAT-file of level 5/);
    await expect(load(file.subarray(0, 128))).rejects.toThrow(/has no X of 32×32×3 for each label in y/);
    // Wherever a file ends or a byte is wrong: a line, or images of the right size.
    const packed = readFileSync(join(fixtures, SVHN[0]!));
    for (let cut = 130; cut < packed.length; cut += 17)
      await expect(load(packed.subarray(0, cut))).rejects.toThrow(
        /train_32x32\.mat (cannot be read|has no X)/,
      );
  });
});
