import { expect, it } from 'vitest';
import { nearestRows, retrievalScores } from '../../src/analysis/protocols/retrievalScores.js';
import { Random } from '../../src/common/random.js';

/** Clips of eight files, three of each, two classes: the clips of a file are nearly the same, and nothing tells the class. */
const CLIPS = 24;
const groups = Int32Array.from({ length: CLIPS }, (_, row) => Math.floor(row / 3));
const labels = groups.map((file) => file % 2);
const random = Random.for(3, 'latents');
const files = Array.from({ length: 8 }, () => Float64Array.from({ length: 6 }, () => random.normal()));
const data = Float64Array.from({ length: CLIPS * 6 }, (_, at) => {
  const file = files[groups[Math.floor(at / 6)]!]!;
  return file[at % 6]! + 0.01 * random.normal();
});
const x = { rows: CLIPS, columns: 6, data };

it('a clip does not find the class of its own file', () => {
  const [alone] = retrievalScores(x, labels);
  expect(alone).toMatchObject({ at: 1, recall: { value: 1 } });
  const [apart] = retrievalScores(x, labels, { groups });
  // Counted apart: the nearest clip of another file, by cosine.
  const row = (at: number) => data.subarray(6 * at, 6 * at + 6);
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const cosine = (a: number, b: number) =>
    dot(row(a), row(b)) / Math.sqrt(dot(row(a), row(a)) * dot(row(b), row(b)));
  const rows = [...labels.keys()];
  const hits = rows.filter((query) => {
    const others = rows.filter((other) => groups[other] !== groups[query]);
    const nearest = others.reduce((best, other) =>
      cosine(query, other) > cosine(query, best) ? other : best,
    );
    return labels[nearest] === labels[query];
  });
  expect(apart!.recall.value).toBeCloseTo(hits.length / CLIPS, 12);
  expect(apart!.recall.value).toBeLessThan(0.8);
  // Of 21 clips of other files 9 show the same class.
  expect(apart!.chance).toBeCloseTo(9 / 21, 12);
  expect(apart!.queries).toEqual([12, 12]);
});

it('what no other file shows is not asked for, and too few others give nothing', () => {
  const classes = groups.map((file) => (file === 7 ? 2 : file % 2));
  expect(retrievalScores(x, classes, { groups })[0]!.queries).toEqual([12, 9]);
  expect(retrievalScores(x, groups, { groups })).toEqual([]);
  const near = nearestRows(x, 6, groups)!;
  near.forEach((found, at) => {
    expect(groups[found]).not.toBe(groups[Math.floor(at / 6)]);
  });
  expect(nearestRows(x, 22, groups)).toBeUndefined();
});
