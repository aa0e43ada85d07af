import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { nearest } from '../../src/common/text/nearest.js';

describe('Random', () => {
  it('goes on from a saved state', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 50 }), (seed, steps) => {
        const random = new Random(seed);
        for (let i = 0; i < steps; i++) random.uint32();
        const copy = new Random(random.state);
        expect(Array.from({ length: 20 }, () => copy.uint32())).toEqual(
          Array.from({ length: 20 }, () => random.uint32()),
        );
      }),
    );
  });

  it('is uniform and normal, as far as 20,000 draws can tell', () => {
    const random = new Random(11);
    const uniform = Array.from({ length: 20_000 }, () => random.uniform());
    const normal = Array.from({ length: 20_000 }, () => random.normal());
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(mean(normal)).toBeCloseTo(0, 1);
    const [vu, vn] = [uniform, normal].map((values) => {
      const m = mean(values);
      return mean(values.map((v) => (v - m) ** 2));
    });
    expect(vu).toBeCloseTo(1 / 12, 2);
    expect(vn).toBeCloseTo(1, 1);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
  });

  it('gives each purpose a stream of its own', () => {
    const draw = (purpose: string) => Random.for(1, purpose).uint32();
    expect(draw('weights')).toBe(draw('weights'));
    expect(new Set(['weights', 'shuffle', 'data', 'a', 'b'].map(draw)).size).toBe(5);
  });
});

describe('nearest', () => {
  it('finds a slip of the hand and nothing far-fetched', () => {
    expect(nearest('learningrate', ['batch', 'learningRate'])).toBe('learningRate');
    expect(nearest('bacth', ['batch', 'steps'])).toBe('batch');
    expect(nearest('xyz', ['learningRate', 'momentum'])).toBeUndefined();
  });
});
