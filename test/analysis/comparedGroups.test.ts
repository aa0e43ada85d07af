import { describe, expect, it } from 'vitest';
import { FORMAT, type RunAnalysis } from '../../src/analysis/battery/runAnalysis.js';
import { compareAnalyses } from '../../src/analysis/comparison/compareAnalyses.js';
import { seedsDifference } from '../../src/analysis/comparison/seedsDifference.js';
import { comparisonSummary } from '../../src/report/pages/comparisonPage.js';
import { drawnOver } from '../../src/report/pages/drawnOver.js';

/** Clips of each person. */
const CLIPS = 10;
const each = (people: readonly number[]) => people.flatMap((value) => new Array<number>(CLIPS).fill(value));

/** A run that answers all clips of a person rightly, or none. */
function analysis(pipeline: string, people: readonly number[], groups?: readonly number[]): RunAnalysis {
  const hits = each(people);
  return {
    format: FORMAT,
    ...{ run: `runs/${pipeline}`, pipeline, model: 'pgn', seed: 1, step: 100, data: 'clips.csv' },
    ...{ trainClips: 20, testClips: hits.length, sources: ['lstm.h'], widths: [8], times: [4] },
    ...(groups && { groups }),
    settings: {
      ...{ dataset: 'clips.csv', frame: '32×32 grey', clips: 100, steps: 4 },
      ...{ people: 2, turn: 0, draws: 1, seed: 0 },
    },
    ...{ truths: [], regression: [], lowShot: [], identification: [], retrieval: [], maps: [], leftOut: [] },
    labels: [
      {
        ...{ source: 'lstm.h', time: 4, label: 'label', chance: 0.5, hits },
        accuracy: { value: 0.5, low: 0.4, high: 0.6 },
      },
    ],
  };
}

const [first, second] = [
  [1, 0, 1, 0, 1, 0, 1, 1],
  [1, 1, 0, 1, 1, 0, 1, 1],
];
const people = each(first!.map((_, person) => person));

describe('latents of clips that resemble each other, compared', () => {
  it('differ by the interval of their people: ten clips of each say as much as one', () => {
    const shares = (hits: readonly number[]) =>
      new Map([[1, (units: Int32Array) => units.reduce((sum, unit) => sum + hits[unit]!, 0) / units.length]]);
    const options = { draws: 400 };
    const byPeople = seedsDifference(shares(each(first!)), shares(each(second!)), people.length, {
      ...options,
      groups: people,
    });
    expect(byPeople).toEqual(seedsDifference(shares(first!), shares(second!), first!.length, options));
    const byClips = seedsDifference(shares(each(first!)), shares(each(second!)), people.length, options);
    expect(byClips.high - byClips.low).toBeLessThan(0.5 * (byPeople.high - byPeople.low));
  });

  it('say over what they were drawn, and give no verdict over few', () => {
    const known = [analysis('a', first!, people), analysis('b', second!, people)];
    const [found] = compareAnalyses(known).differences;
    expect(found!.over).toEqual({ count: 8, of: 'groups' });
    // As drawn, clip by clip, b would be better.
    const [apart] = compareAnalyses([analysis('a', first!), analysis('b', second!)]).differences;
    expect(apart).toMatchObject({ over: { count: 80, of: 'clips' }, difference: { value: 0.125 } });
    expect(apart!.difference.low).toBeGreaterThan(found!.difference.low);

    const two = each([0, 1]);
    const few = compareAnalyses([analysis('a', [0, 0], two), analysis('b', [1, 1], two)]);
    expect(few.differences[0]!.difference.low).toBeGreaterThan(0);
    expect(comparisonSummary(few).join(' ')).toContain(
      'b is not distinguishable in label (2 groups or files of clips)',
    );
    expect(drawnOver(known[0]!)).toBe('the 8 groups or files of the test clips');
  });

  it('are refused where the groups are not the same', () => {
    const others = people.map((person) => person % 4);
    expect(() => compareAnalyses([analysis('a', first!, people), analysis('b', second!, others)])).toThrow(
      'runs/b was tested on clips of other groups than runs/a: analyse both again with `foreframe analyse`',
    );
  });
});
