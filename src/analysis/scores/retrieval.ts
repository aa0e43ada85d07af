import { ForeframeError, UsageError } from '../../common/errors.js';
import { checkLength, checkMatrix } from '../algebra/checks.js';
import { labelsOf } from '../algebra/labels.js';
import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import type { Matrix } from '../algebra/matrix.js';
import { type Metric, nearestNeighbours } from '../algebra/neighbours.js';
import { plainAlgebra } from '../algebra/plainAlgebra.js';

export interface RetrievalOptions {
  /** 1, 5 and 10 by default. */
  readonly at?: readonly number[];
  /** Rows of one group (frames of a file, clips of a person) do not find one another. By default every row is one. */
  readonly groups?: Int32Array;
  readonly metric?: Metric;
  readonly algebra?: LinearAlgebra;
}

export interface Recall {
  readonly at: number;
  /** Share of the queries with one row of their own label, or more, among the `at` nearest. */
  readonly recall: number;
  /** 1 or 0 for every query: what intervals and paired differences are drawn from. */
  readonly hits: Float64Array;
}

/**
 * Recall at k of nearest-neighbour retrieval: every row looks for its own label among all other rows, or `queries` look for theirs
 * among `x`.
 */
export function retrievalRecall(
  x: Matrix,
  labels: Int32Array,
  options: RetrievalOptions = {},
  queries?: { readonly x: Matrix; readonly labels: Int32Array },
): Recall[] {
  const { at = [1, 5, 10], groups, metric = 'cosine', algebra = plainAlgebra } = options;
  checkMatrix('retrieval', x);
  checkLength('retrieval', x, labels);
  const asked = queries ?? { x, labels };
  checkMatrix('retrieval', asked.x, 'queries');
  checkLength('retrieval', asked.x, asked.labels);
  if (asked.x.columns !== x.columns)
    throw new ForeframeError(`retrieval: queries have ${asked.x.columns} columns, X has ${x.columns}`);
  for (const k of at)
    if (!Number.isInteger(k) || k < 1)
      throw new UsageError(`retrieval: at must hold whole numbers, not ${k}`);
  const most = Math.max(...at);
  const without = queries ? undefined : (groups ?? Int32Array.from({ length: x.rows }, (_, row) => row));
  const there = x.rows - (without ? Math.max(...labelsOf(without).counts) : 0);
  if (most > there)
    throw new ForeframeError(`retrieval: ${most} neighbours are asked for but there are ${there} to find`);
  const { rows } = nearestNeighbours(algebra, x, asked.x, most, metric, without);
  return at.map((k) => {
    const hits = Float64Array.from(asked.labels, (label, query) => {
      const found = rows.subarray(query * most, query * most + k);
      return found.some((row) => labels[row] === label) ? 1 : 0;
    });
    return { at: k, hits, recall: hits.reduce((sum, hit) => sum + hit, 0) / hits.length };
  });
}
