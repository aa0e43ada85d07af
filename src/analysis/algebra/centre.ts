import { emptyLike, type Matrix } from './matrix.js';

/** Mean of every column, summed in double precision; eight rows at a time, since fetching the sums costs as much as the data. */
export function columnMeans({ rows, columns, data }: Matrix): Float64Array {
  const means = new Float64Array(columns);
  const c = columns;
  let i = 0;
  for (; i + 7 < rows; i += 8) {
    for (let j = 0, at = i * c; j < c; j++, at++)
      means[j]! +=
        data[at]! +
        data[at + c]! +
        (data[at + 2 * c]! + data[at + 3 * c]!) +
        (data[at + 4 * c]! + data[at + 5 * c]! + (data[at + 6 * c]! + data[at + 7 * c]!));
  }
  for (; i < rows; i++) for (let j = 0; j < columns; j++) means[j]! += data[i * columns + j]!;
  for (let j = 0; j < columns; j++) means[j]! /= rows;
  return means;
}

/** Variance of every column about `means`, divided by `rows` (not `rows − 1`). */
export function columnVariances({ rows, columns, data }: Matrix, means: Float64Array): Float64Array {
  const variances = new Float64Array(columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) variances[j]! += (data[i * columns + j]! - means[j]!) ** 2;
  for (let j = 0; j < columns; j++) variances[j]! /= rows;
  return variances;
}

/**
 * A copy less its column means, in the precision of `x`. Sums of products of large means would lose the digits that matter;
 * of what is left, single precision loses no more than its own last digit.
 */
export function centred(x: Matrix, means: Float64Array): Matrix {
  const { rows, columns, data: from } = x;
  const data = emptyLike(x);
  for (let i = 0, at = 0; i < rows; i++)
    for (let j = 0; j < columns; j++, at++) data[at] = from[at]! - means[j]!;
  return { rows, columns, data };
}
