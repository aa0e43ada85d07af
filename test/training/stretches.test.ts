import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONGEST_STRETCH, stretchesOf } from '../../src/engine/stretches.js';

describe('a long clip', () => {
  it('is watched from its first frame to its last time, in stretches of few kinds, and gives the asked times', () => {
    const times = fc
      .uniqueArray(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 60 })
      .map((all) => all.sort((a, b) => a - b));
    const everyTime = fc
      .integer({ min: 1, max: 400 })
      .map((last) => Array.from({ length: last }, (_, i) => i + 1));
    fc.assert(
      fc.property(fc.oneof(times, everyTime), (asked) => {
        const stretches = stretchesOf(asked);
        let end = 0;
        const given: number[] = [];
        for (const { kind, start, wanted } of stretches) {
          expect(start).toBe(end);
          expect(kind.first).toBe(start === 0);
          expect(kind.frames).toBeLessThanOrEqual(LONGEST_STRETCH);
          given.push(...wanted.map((place) => start + kind.times[place]!));
          end += kind.frames;
        }
        expect(end).toBe(asked.at(-1));
        expect(given).toEqual(asked);
        const kinds = new Map(stretches.map(({ kind }) => [kind.entry, kind]));
        expect(kinds.size).toBeLessThanOrEqual(6);
        for (const { kind } of stretches) expect(kinds.get(kind.entry)).toEqual(kind);
      }),
    );
  });
});
