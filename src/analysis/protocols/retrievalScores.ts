import { required } from '../../common/required.js';
import { labelsOf } from '../algebra/labels.js';
import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import type { Matrix } from '../algebra/matrix.js';
import { nearestNeighbours } from '../algebra/neighbours.js';
import { plainAlgebra } from '../algebra/plainAlgebra.js';
import { bootstrapInterval, type Interval } from '../scores/bootstrap.js';
import { retrievalRecall } from '../scores/retrieval.js';

export interface RetrievalScore {
  /** How many of the nearest rows count. */
  readonly at: number;
  /** Share of the queries with one row of their own label, or more, among those; the interval is over labels. */
  readonly recall: Interval;
  /** Recall of a random order. */
  readonly chance: number;
  /** Queries of each label, and how many of them were hits: what paired differences are drawn from. */
  readonly queries: readonly number[];
  readonly hits: readonly number[];
}

/** Rows of one group (clips of a file or a person) do not find one another; every row is one by default. */
interface RetrievalOptions {
  readonly seed?: number;
  readonly algebra?: LinearAlgebra;
  readonly groups?: Int32Array;
}

/**
 * R@1, R@5 and R@10 by cosine: every row looks for its own label among the rows of other groups. Rows whose label no other group has are not
 * asked: they could find nothing.
 * @returns nothing where fewer than two labels are left
 */
export function retrievalScores(
  x: Matrix,
  labels: Int32Array,
  { seed = 0, algebra, groups = Int32Array.from(labels.keys()) }: RetrievalOptions = {},
): RetrievalScore[] {
  const others = othersOf(labels, groups);
  const asked = Int32Array.from(labels.keys()).filter((row) => others[row]!.like > 0);
  const own = asked.map((row) => labels[row]!);
  const { classes, counts, index } = labelsOf(own);
  if (classes.length < 2) return [];
  const there = Math.min(...others.map(({ all }) => all));
  const at = [1, 5, 10].filter((k) => k <= there);
  const byLabel = (hits: Float64Array) => {
    const sums = Array.from(counts, () => 0);
    index.forEach((label, row) => {
      sums[label]! += hits[row]!;
    });
    return sums;
  };
  if (at.length === 0) return [];
  return retrievalRecall(x, labels, { at, groups, algebra }).map(({ at: k, hits: all }) => {
    const hits = Float64Array.from(asked, (row) => all[row]!);
    const mean = (rows: Int32Array) => rows.reduce((sum, row) => sum + hits[row]!, 0) / rows.length;
    return {
      at: k,
      recall: bootstrapInterval(hits.length, mean, { seed, groups: own }),
      chance: asked.reduce((sum, row) => sum + chanceOf(others[row]!, k), 0) / asked.length,
      queries: Array.from(counts),
      hits: byLabel(hits),
    };
  });
}

/**
 * The `k` rows nearest to each row by cosine, those of its own group left out, `[rows, k]`.
 * @returns nothing where a row has fewer others
 */
export function nearestRows(
  x: Matrix,
  k: number,
  groups: Int32Array,
  algebra: LinearAlgebra = plainAlgebra,
): Int32Array | undefined {
  if (x.rows - Math.max(...labelsOf(groups).counts) < k) return undefined;
  return nearestNeighbours(algebra, x, x, k, 'cosine', groups).rows;
}

/** Of each row, how many rows other groups have, and how many of these are of its label. */
function othersOf(labels: Int32Array, groups: Int32Array): { all: number; like: number }[] {
  const count = (keys: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    return keys.map((key) => required(counts, key));
  };
  const [group, label, both] = [
    count(Array.from(groups, String)),
    count(Array.from(labels, String)),
    count(Array.from(labels, (each, row) => `${each} ${groups[row]}`)),
  ];
  return Array.from(labels, (_, row) => ({
    all: labels.length - group[row]!,
    like: label[row]! - both[row]!,
  }));
}

/** One minus the chance that none of `k` others drawn without replacement has the label. */
function chanceOf({ all, like }: { all: number; like: number }, k: number): number {
  let none = 1;
  for (let i = 0; i < k; i++) none *= Math.max(0, all - like - i) / (all - i);
  return 1 - none;
}
