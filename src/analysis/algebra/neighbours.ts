import { holding, type LinearAlgebra } from './linearAlgebra.js';
import { type Matrix, rowOf, zeros } from './matrix.js';

export type Metric = 'cosine' | 'euclidean';

export interface Neighbours {
  /** `[queries, k]`: rows of the reference, nearest first; of equally near ones the earlier. */
  readonly rows: Int32Array;
  /** `[queries, k]`: cosine similarity, or minus the squared distance: larger is nearer. */
  readonly nearness: Float64Array;
}

/** Queries compared at a time: nearness to all of the reference is held for so many. */
const BLOCK = 256;

/**
 * The `k` rows of `reference` nearest to each query.
 * @param without groups of the rows, which are the queries too: those of a query's own group are left out
 */
export function nearestNeighbours(
  algebra: LinearAlgebra,
  reference: Matrix,
  queries: Matrix,
  k: number,
  metric: Metric,
  without?: ArrayLike<number>,
): Neighbours {
  const scaled = prepared(reference, metric);
  const squares = metric === 'euclidean' ? squaredLengths(scaled) : undefined;
  const rows = new Int32Array(queries.rows * k);
  const nearness = new Float64Array(queries.rows * k);
  holding(algebra, scaled, (held) => {
    for (let from = 0; from < queries.rows; from += BLOCK) {
      const block = prepared(rowRange(queries, from, Math.min(queries.rows, from + BLOCK)), metric);
      const products = held.times(transposedBlock(block), block.rows);
      const own = squares ? squaredLengths(block) : undefined;
      for (let q = 0; q < block.rows; q++) {
        const near = new Float64Array(reference.rows);
        for (let i = 0; i < near.length; i++) {
          const product = products[i * block.rows + q]!;
          near[i] = squares && own ? 2 * product - squares[i]! - own[q]! : product;
        }
        if (without)
          for (let i = 0; i < near.length; i++)
            if (without[i] === without[from + q]) near[i] = Number.NEGATIVE_INFINITY;
        largestOf(near, k).forEach((row, place) => {
          rows[(from + q) * k + place] = row;
          nearness[(from + q) * k + place] = near[row]!;
        });
      }
    }
  });
  return { rows, nearness };
}

/** Rows of length 1 for cosines (a row of zeros stays one); as they are for distances. */
function prepared(x: Matrix, metric: Metric): Matrix {
  if (metric === 'euclidean') return x;
  const result = zeros(x.rows, x.columns);
  for (let i = 0; i < x.rows; i++) {
    const row = rowOf(x, i);
    let square = 0;
    for (const value of row) square += value * value;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let j = 0; j < x.columns; j++) result.data[i * x.columns + j] = row[j]! * scale;
  }
  return result;
}

function rowRange(x: Matrix, from: number, to: number): Matrix {
  return { rows: to - from, columns: x.columns, data: x.data.subarray(from * x.columns, to * x.columns) };
}

function transposedBlock(x: Matrix): Float64Array {
  const result = new Float64Array(x.rows * x.columns);
  for (let i = 0; i < x.rows; i++)
    for (let j = 0; j < x.columns; j++) result[j * x.rows + i] = x.data[i * x.columns + j]!;
  return result;
}

function squaredLengths(x: Matrix): Float64Array {
  return Float64Array.from({ length: x.rows }, (_, i) => {
    let square = 0;
    for (const value of rowOf(x, i)) square += value * value;
    return square;
  });
}

/** Where the `k` largest values stand, largest first. */
function largestOf(values: Float64Array, k: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (best.length === k && !(values[i]! > values[best[k - 1]!]!)) continue;
    let place = best.length;
    while (place > 0 && values[i]! > values[best[place - 1]!]!) place--;
    best.splice(place, 0, i);
    if (best.length > k) best.pop();
  }
  return best;
}
