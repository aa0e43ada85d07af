import { expect, it } from 'vitest';
import type { LatentRows } from '../../src/analysis/latents/latentsFile.js';
import { withSharedFrames } from '../../src/library/probing/sharedFrames.js';

const none = Number.NaN;
const rows = (...given: readonly (readonly [string, string, number, number])[]): LatentRows => ({
  rows: given.length,
  columns: {
    file: given.map(([file]) => file),
    group: given.map(([, group]) => group),
    start: Float64Array.from(given, ([, , start]) => start),
    end: Float64Array.from(given, ([, , , end]) => end),
  },
  layers: {},
});
const groupsOf = (table: LatentRows) => withSharedFrames(table).columns.group;

it('a probe takes groups that show the same frames for one, however they follow one another', () => {
  const shared = rows(
    ['a.mp4', 'ann', 0, 5],
    ['a.mp4', 'ben', 4, 6],
    ['a.mp4', 'cat', 6, none],
    ['b.mp4', 'dan', 0, none],
    ['b.mp4', 'cat', 3, 4],
    ['c.mp4', 'eve', 0, 1],
  );
  const groups = groupsOf(shared) as string[];
  expect(groups[0]).toBe(groups[1]);
  expect(groups[3]).toBe(groups[4]);
  expect(groups[2]).toBe(groups[4]);
  expect(new Set(groups).size).toBe(3);
  // What only touches is apart, and so are other files of the same times.
  const apart = rows(['a.mp4', 'ann', 0, 5], ['a.mp4', 'ben', 5, 6], ['b.mp4', 'cat', 0, 5]);
  expect(groupsOf(apart)).toEqual(['ann', 'ben', 'cat']);
});

it('a table without times, groups or files stays as it is', () => {
  const { file, group } = rows(['a.mp4', 'ann', 0, 1], ['a.mp4', 'ben', 0, 1]).columns;
  const some: LatentRows['columns'][] = [{ file: file! }, { group: group! }, { file: file!, group: group! }];
  for (const columns of some) {
    const table: LatentRows = { rows: 2, columns, layers: {} };
    expect(withSharedFrames(table)).toBe(table);
  }
});
