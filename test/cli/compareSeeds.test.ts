import { describe, expect, it } from 'vitest';
import { unpairedDifference } from '../../src/analysis/scores/bootstrap.js';
import { figuresTable } from '../../src/library/comparing/comparedTables.js';
import { type ComparedFigure, differencesOf, readingOf } from '../../src/library/comparing/figures.js';
import { figureOfGroups, seedGroups } from '../../src/library/comparing/seedGroups.js';

const config = (seed: number, rate = 0.1) => ({
  ...{ name: 'video', seed },
  model: { name: 'conv-lstm' },
  method: { name: 'next-frame' },
  training: { rate },
});
const run = (name: string, seed: number, rate?: number) => ({ name, config: config(seed, rate), step: 10 });
const [slow1, slow2, fast1, fast2] = [
  run('slow_seed=1', 1),
  run('slow_seed=2', 2),
  run('fast_seed=1', 1, 0.2),
  run('fast_seed=2', 2, 0.2),
];
const units = ['a', 'b', 'c', 'd', 'e', 'f'];
const scores = [
  [4, 5, 5, 6, 6, 7],
  [4.5, 5.5, 5.5, 6.5, 6.5, 7.5],
  [3, 4, 4, 5, 5, 6],
  [3.5, 4.5, 4.5, 5.5, 5.5, 6.5],
];
const figure: ComparedFigure = {
  ...{ name: 'MSE', best: 'lowest', copyLast: scores.map(() => [9, 9, 9, 9, 9, 9]) },
  scores: scores.map((values) => ({ units, values })),
};

describe('runs that differ by their seed alone', () => {
  it('are one row, named by what their names have in common', () => {
    const groups = seedGroups([slow1!, fast1!, slow2!, fast2!]);
    expect(groups).toEqual([
      { name: 'slow', runs: [0, 2], seeds: [1, 2] },
      { name: 'fast', runs: [1, 3], seeds: [1, 2] },
    ]);
    const videos = [run('video', 1), run('video-2', 2), run('video-3', 3), run('mine', 1, 0.3)];
    expect(seedGroups(videos).map(({ name }) => name)).toEqual(['video', 'mine']);
    // Names that have nothing in common say the pipeline's.
    expect(seedGroups([run('x', 1), run('y', 2)])[0]!.name).toBe('video');
  });

  it('are not averaged where one seed is there twice', () => {
    expect(seedGroups([run('a', 1), run('b', 1), run('c', 2)]).map(({ runs }) => runs)).toEqual([
      [0],
      [1],
      [2],
    ]);
  });

  it('read as mean and deviation over seeds, and differ by an interval of pairs over seeds and clips', () => {
    const groups = seedGroups([slow1!, slow2!, fast1!, fast2!]);
    const over = figureOfGroups(figure, groups);
    expect(over.scores.map((each) => readingOf(each!))).toEqual([
      { value: 5.75, deviation: expect.closeTo(Math.SQRT1_2 / 2, 12) },
      { value: 4.75, deviation: expect.closeTo(Math.SQRT1_2 / 2, 12) },
    ]);
    const [difference] = differencesOf([over]);
    // Every pair of seed and clip differs by one, however much clips and seeds vary.
    expect(difference).toMatchObject({ run: 1, paired: true, verdict: 'better' });
    expect(difference!.interval!.low).toBeCloseTo(-1, 9);
    expect(difference!.interval!.high).toBeCloseTo(-1, 9);

    // A setting of one seed beside it: the other's seeds are drawn by themselves.
    const mixed = figureOfGroups(
      { ...figure, scores: [...figure.scores.slice(0, 2), figure.scores[2]] },
      seedGroups([slow1!, slow2!, fast1!]),
    );
    const [wide] = differencesOf([mixed]);
    expect(wide!.interval!.value).toBeCloseTo(-1.25, 9);
    expect(wide!.interval!.low).toBeCloseTo(-1.5, 9);
    expect(wide!.interval!.high).toBeCloseTo(-1, 9);
  });

  it('that were tested on clips of their own differ by their means', () => {
    const others = figure.scores.map((each, at) => ({
      ...each!,
      units: units.map((name) => `${name}${at}`),
    }));
    const over = figureOfGroups({ ...figure, scores: others }, seedGroups([slow1!, slow2!, fast1!, fast2!]));
    const [difference] = differencesOf([over]);
    expect(difference!.paired).toBe(false);
    expect(difference!.interval!.value).toBeCloseTo(-1, 9);
    expect(difference!.interval).toEqual(unpairedDifference([4.5, 5], [5.5, 6]));
  });
});

describe('the table of figures', () => {
  it('has copy-last below the figures that it is of', () => {
    const { columns, rows } = figuresTable([slow1!, slow2!], [figure], 'clips');
    const at = columns.indexOf('MSE');
    expect(rows.map((row) => [row.length, row[0], row[at]])).toEqual([
      [columns.length, 'slow_seed=1', { value: 5.5 }],
      [columns.length, 'slow_seed=2', { value: 6 }],
      [columns.length, 'copy-last', 9],
    ]);
  });
});
