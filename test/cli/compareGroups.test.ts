import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seedsDifference } from '../../src/analysis/comparison/seedsDifference.js';
import { pairedDifference, unpairedDifference } from '../../src/analysis/scores/bootstrap.js';
import { comparisonSentences, differencesTable } from '../../src/library/comparing/comparedTables.js';
import { joined, togetherBy } from '../../src/library/comparing/drawnUnits.js';
import { type ComparedFigure, differencesOf } from '../../src/library/comparing/figures.js';
import { figureOfGroups } from '../../src/library/comparing/seedGroups.js';
import type { UnitScores } from '../../src/library/comparing/unitScores.js';

const SIZE = 5;
const numbers = (length: number) =>
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: length, maxLength: length });
/** Two runs' means of as many groups. */
const means = fc.integer({ min: 2, max: 8 }).chain((groups) => fc.tuple(numbers(groups), numbers(groups)));

/** Each group's mean as the score of all its clips. */
const clipsOf = (byGroup: readonly number[]) => byGroup.flatMap((mean) => new Array<number>(SIZE).fill(mean));
const groupsOf = (byGroup: readonly number[], prefix = 'person') =>
  clipsOf([...byGroup.keys()]).map((group) => `${prefix} ${group}`);

function scoresOf(byGroup: readonly number[], { test = 'same', named = true } = {}): UnitScores {
  const values = clipsOf(byGroup);
  const together = togetherBy(groupsOf(byGroup), named);
  return { units: values.map((_, clip) => `${test} ${clip}`), values, ...(together && { together }) };
}

function figureOf(...scores: UnitScores[]): ComparedFigure {
  return { name: 'MSE', best: 'lowest', scores, things: 'clips' };
}

const run = (name: string) => ({
  name,
  config: { name, model: { name: 'conv-lstm' }, method: { name: 'next-frame' }, seed: 1 },
  step: 1,
});

describe('clips of one group that score alike', () => {
  it('give the interval of the means of their groups, however many they are', () => {
    fc.assert(
      fc.property(means, ([a, b]) => {
        const [difference] = differencesOf([figureOf(scoresOf(a), scoresOf(b))]);
        const { value, low, high } = pairedDifference(b, a);
        expect(difference!.over).toEqual({ count: a.length, of: 'groups' });
        expect(difference!.interval!.value).toBeCloseTo(value, 9);
        expect(difference!.interval!.low).toBeCloseTo(low, 9);
        expect(difference!.interval!.high).toBeCloseTo(high, 9);
      }),
    );
  });

  it('so do those of other clips, drawn on each side by themselves', () => {
    fc.assert(
      fc.property(means, ([a, b]) => {
        const [difference] = differencesOf([figureOf(scoresOf(a), scoresOf(b, { test: 'other' }))]);
        const { low, high } = unpairedDifference(b, a);
        expect(difference!.verdict).toBe('unlike');
        expect(difference!.interval!.low).toBeCloseTo(low, 9);
        expect(difference!.interval!.high).toBeCloseTo(high, 9);
      }),
    );
  });

  it('and those of several seeds, which are drawn as well', () => {
    fc.assert(
      fc.property(means, means, ([a, b], [shift]) => {
        const later = (own: readonly number[]) => own.map((mean, at) => mean + (shift[at] ?? 0));
        const runs = [a, later(a), b, later(b)];
        const over = figureOfGroups(figureOf(...runs.map((each) => scoresOf(each))), [
          { name: 'a', runs: [0, 1], seeds: [1, 2] },
          { name: 'b', runs: [2, 3], seeds: [1, 2] },
        ]);
        const [difference] = differencesOf([over]);
        const statistic = (own: readonly number[]) => (groups: Int32Array) =>
          groups.reduce((sum, group) => sum + own[group]!, 0) / groups.length;
        const setting = (...seeds: (readonly number[])[]) =>
          new Map(seeds.map((own, seed) => [seed + 1, statistic(own)]));
        const { low, high } = seedsDifference(
          setting(runs[2]!, runs[3]!),
          setting(runs[0]!, runs[1]!),
          a.length,
        );
        expect(difference!.over).toEqual({ count: a.length, of: 'groups' });
        expect(difference!.interval!.low).toBeCloseTo(low, 9);
        expect(difference!.interval!.high).toBeCloseTo(high, 9);
      }),
    );
  });
});

describe('what is drawn together', () => {
  it('are named groups, else files where several have several clips each', () => {
    expect(togetherBy(['x', 'x', 'y', 'z'], true)).toMatchObject({ of: 'groups', count: 3 });
    expect(togetherBy(['x', 'x', 'y', 'z'], false)).toMatchObject({ of: 'files', count: 3 });
    expect(togetherBy(['x', 'x', 'x'], true)).toMatchObject({ of: 'groups', count: 1 });
    expect(togetherBy(['x', 'x', 'x'], false)).toBeUndefined();
    expect(togetherBy(['x', 'y', 'z'], false)).toBeUndefined();
  });

  it('is whatever resembles each other by one of the runs, and no more', () => {
    const names = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(names, (pairs) => {
        const sides = [0, 1].map(
          (side) =>
            togetherBy(
              pairs.map((pair) => `${pair[side]}`),
              true,
            )!,
        );
        const both = joined(sides)!;
        const same = (i: number, j: number) => sides.some(({ index }) => index[i] === index[j]);
        // All that a chain of resemblances leads to, found by walking it.
        for (const start of pairs.keys()) {
          const reached = new Set([start]);
          for (const at of reached) for (const next of pairs.keys()) if (same(at, next)) reached.add(next);
          const found = [...pairs.keys()].filter((clip) => both.index[clip] === both.index[start]);
          expect(found).toEqual([...reached].sort((i, j) => i - j));
        }
        expect(both.count).toBe(new Set(both.index).size);
        expect(joined([sides[0], undefined])).toEqual(sides[0]);
      }),
    );
  });
});

describe('few groups', () => {
  const tableOf = (figure: ComparedFigure) => {
    const differences = differencesOf([figure]);
    const runs = [run('a'), run('b')];
    const { rows, note } = differencesTable(runs, differences);
    return { row: rows[0]!, note, sentence: comparisonSentences(runs, [figure], differences)[0] };
  };

  it('say how few they are; one alone says nothing', () => {
    const two = tableOf(figureOf(scoresOf([1, 2]), scoresOf([3, 5])));
    expect(two.row.at(-1)).toBe('not distinguishable (2 groups)');
    expect(two.note).toMatch(
      /over groups of test clips or images, in pairs.*2 groups are too few for a verdict.*once in 2 times/s,
    );
    expect(two.note).not.toContain('one video');
    expect(two.sentence).toMatch(/not distinguishable from a by MSE \(.*\)\. This rests on 2 groups only\.$/);

    const one = tableOf(figureOf(scoresOf([1]), scoresOf([3])));
    expect(one.row.slice(2)).toEqual(['–', 'not distinguishable (1 group)']);
    expect(one.note).toContain('Only 1 group is tested, over which no range can be drawn');

    const six = tableOf(figureOf(scoresOf([1, 2, 3, 4, 5, 6]), scoresOf([2, 3, 4, 5, 6, 7.5])));
    expect(six.row.at(-1)).toBe('worse');
    expect(six.note).not.toContain('few');
  });
});
