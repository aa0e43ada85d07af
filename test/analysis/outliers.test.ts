import { describe, expect, it } from 'vitest';
import { greatestProbability, outlierResult } from '../../src/analysis/protocols/outlierDetection.js';
import { imageBaselines } from '../../src/analysis/scores/imageBaselines.js';
import { eachOf } from '../../src/common/eachOf.js';
import { Random } from '../../src/common/random.js';

describe('outliers', () => {
  it('are told by a score that is lower for them', () => {
    const inside = Float64Array.from({ length: 100 }, (_, i) => i);
    const result = (outside: number[]) =>
      outlierResult({ name: 'a', inside, outside: Float64Array.from(outside) });
    expect(result([-3, -1])).toEqual({ name: 'a', auroc: 1, passAt95: 0 });
    expect(result([200, 300])).toMatchObject({ auroc: 0, passAt95: 1 });
    // 95 of 100 at home score 5 or more.
    expect(result([4, 5]).passAt95).toBe(0.5);
    expect(result([49.5]).auroc).toBe(0.5);
  });

  it('get the greatest probability of their softmax', () => {
    const [sure, unsure] = greatestProbability(Float32Array.of(900, 0, 0, 2, 2, 2), 3);
    expect([sure, unsure]).toEqual([1, expect.closeTo(1 / 3, 12)]);
  });
});

describe('baselines of pixels', () => {
  const random = new Random(1);
  const set = (count: number, byte: (pixel: number) => number) => ({
    count,
    images: Uint8Array.from({ length: count * 64 }, (_, i) => byte(i % 64)),
  });
  const train = set(50, (pixel) => (pixel < 32 ? 200 + random.integer(50) : 0));
  const baselines = imageBaselines(train);

  it('hold likely what looks like training', () => {
    const [own] = baselines.pixelGaussian(set(1, (pixel) => (pixel < 32 ? 225 : 0)));
    const [other] = baselines.pixelGaussian(set(1, (pixel) => (pixel < 32 ? 0 : 225)));
    expect(own).toBeGreaterThan(other! + 100);
    // A pixel that never changes has a variance of 0.01: the density of its mean is 1 / √(2π · 0.01).
    const still = imageBaselines(set(3, () => 51)).pixelGaussian(set(1, () => 51));
    expect(still[0]).toBeCloseTo(-32 * Math.log(2 * Math.PI * 0.01), 6);
  });

  it('know brightness and how far a picture can be compressed', () => {
    const [same, dark] = eachOf([train, set(1, () => 0)], (each) => baselines.brightness(each)[0]!);
    expect(same).toBeGreaterThan(dark);
    expect(dark).toBeCloseTo(-0.44, 1);
    const [plain, noise] = eachOf(
      [set(1, () => 7), set(1, () => random.integer(256))],
      (each) => baselines.simplicity(each)[0]!,
    );
    expect(plain).toBeGreaterThan(noise);
  });
});
