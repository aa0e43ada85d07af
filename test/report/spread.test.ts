import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread } from '../../src/report/spread.js';

const GAP = 10;

describe('spread', () => {
  it('leaves alone what is far apart, and centres what is not', () => {
    expect(spread([80, 20], GAP, 0, 100)).toEqual([80, 20]);
    expect(spread([50, 50], GAP, 0, 100)).toEqual([45, 55]);
    expect(spread([0, 1, 2], GAP, 0, 100)).toEqual([0, 10, 20]);
    expect(spread([], GAP, 0, 100)).toEqual([]);
  });

  it('keeps order, bounds and, where there is room, distance', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 30 }), (wanted) => {
        const placed = spread(wanted, GAP, 0, 200);
        const room = Math.min(GAP, 200 / Math.max(1, wanted.length - 1));
        const order = wanted.map((_, at) => at).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
        order.forEach((at, rank) => {
          expect(placed[at]).toBeGreaterThanOrEqual(-1e-9);
          expect(placed[at]).toBeLessThanOrEqual(200 + 1e-9);
          if (rank > 0) expect(placed[at]! - placed[order[rank - 1]!]!).toBeGreaterThan(room - 1e-9);
        });
      }),
    );
  });
});
