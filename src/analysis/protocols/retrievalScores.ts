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

/** R@1, R@5 and R@10 by cosine: every row looks for its own label among all other rows. */
export function retrievalScores(
  x: Matrix,
  labels: Int32Array,
  { seed = 0, algebra }: { readonly seed?: number; readonly algebra?: LinearAlgebra } = {},
): RetrievalScore[] {
  const at = [1, 5, 10].filter((k) => k < x.rows);
  const { counts, index } = labelsOf(labels);
  const byLabel = (hits: Float64Array) => {
    const sums = Array.from(counts, () => 0);
    index.forEach((label, row) => {
      sums[label]! += hits[row]!;
    });
    return sums;
  };
  return retrievalRecall(x, labels, { at, algebra }).map(({ at: k, hits }) => {
    const mean = (rows: Int32Array) => rows.reduce((sum, row) => sum + hits[row]!, 0) / rows.length;
    return {
      at: k,
      recall: bootstrapInterval(hits.length, mean, { seed, groups: labels }),
      chance: chanceOf(labels, k),
      queries: Array.from(counts),
      hits: byLabel(hits),
    };
  });
}

/** The `k` rows nearest to each row by cosine, itself left out, `[rows, k]`. */
export function nearestRows(x: Matrix, k: number, algebra: LinearAlgebra = plainAlgebra): Int32Array {
  return nearestNeighbours(algebra, x, x, k, 'cosine', true).rows;
}

/** One minus the chance that none of `k` others drawn without replacement has the label, mean over rows. */
function chanceOf(labels: Int32Array, k: number): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const others = labels.length - 1;
  let sum = 0;
  for (const label of labels) {
    const like = counts.get(label)! - 1;
    let none = 1;
    for (let i = 0; i < k; i++) none *= Math.max(0, others - like - i) / (others - i);
    sum += 1 - none;
  }
  return sum / labels.length;
}
