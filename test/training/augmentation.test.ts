import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { augmentationViews, changesSamples, see, viewOf } from '../../src/views/index.js';

interface Settings {
  readonly translate: number;
  readonly flip: boolean;
}

const changesPictures = (settings: Settings) => changesSamples(augmentationViews.parse(settings));

/** Images as a training step sees them. */
function augment(
  data: Uint8Array,
  { side, channels }: { side: number; channels: number },
  settings: Settings,
  random: Random,
): Uint8Array {
  const count = data.length / (side * side * channels);
  const samples = { count, frames: 1, height: side, width: side, channels, data };
  return see(viewOf(augmentationViews.parse(settings)), samples, random).samples.data;
}

const shapes = fc.record({ side: fc.integer({ min: 6, max: 9 }), channels: fc.integer({ min: 1, max: 3 }) });

/** Pictures of bytes of chance, no two likely the same. */
function pictures(count: number, { side, channels }: { side: number; channels: number }, seed: number) {
  const random = new Random(seed);
  return Uint8Array.from({ length: count * side * side * channels }, () => random.integer(256));
}

/** NumPy's `pad(picture, …, mode='reflect')`, cut out at (down, right), then turned around. */
function byHand(
  picture: Uint8Array,
  { side, channels }: { side: number; channels: number },
  [down, right, mirrored]: readonly [number, number, boolean],
): number[] {
  const period = 2 * (side - 1);
  const mirror = (place: number) => {
    const at = ((place % period) + period) % period;
    return Math.min(at, period - at);
  };
  const pixels: number[] = [];
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let c = 0; c < channels; c++) {
        const column = mirror((mirrored ? side - 1 - x : x) + right);
        pixels.push(picture[(mirror(y + down) * side + column) * channels + c]!);
      }
  return pixels;
}

describe('augmentation', () => {
  it('makes of each picture one of its translations and reflections, by chance, and of all of them in time', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.integer({ min: 0, max: 2 }),
        fc.boolean(),
        fc.nat(),
        (shape, translate, flip, seed) => {
          const count = 300;
          const before = pictures(count, shape, seed);
          const kept = before.slice();
          const after = augment(before, shape, { translate, flip }, new Random(seed));
          expect(before).toEqual(kept);
          const steps = Array.from({ length: 2 * translate + 1 }, (_, i) => i - translate);
          const ways = steps.flatMap((down) =>
            steps.flatMap((right) => (flip ? [false, true] : [false]).map((m) => [down, right, m] as const)),
          );
          const bytes = shape.side ** 2 * shape.channels;
          const seen = new Set<number>();
          for (let n = 0; n < count; n++) {
            const picture = before.subarray(n * bytes, (n + 1) * bytes);
            const made = [...after.subarray(n * bytes, (n + 1) * bytes)].join();
            const way = ways.findIndex((each) => byHand(picture, shape, each).join() === made);
            expect(way).toBeGreaterThanOrEqual(0);
            seen.add(way);
          }
          // 300 draws of at most 50 ways: the chance to miss a tenth of them is nil.
          expect(seen.size).toBeGreaterThan(0.9 * ways.length);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('follows from the random numbers alone, and changes nothing where nothing is asked for', () => {
    const shape = { side: 6, channels: 3 };
    const before = pictures(5, shape, 1);
    const both = { translate: 2, flip: true };
    const once = augment(before, shape, both, new Random(3));
    expect(augment(before, shape, both, new Random(3))).toEqual(once);
    expect(augment(before, shape, both, new Random(4))).not.toEqual(once);
    expect(augment(before, shape, { translate: 0, flip: false }, new Random(3))).toEqual(before);
    expect([both, { translate: 0, flip: false }].map(changesPictures)).toEqual([true, false]);
  });
});
