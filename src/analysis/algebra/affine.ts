import { holding, type LinearAlgebra } from './linearAlgebra.js';
import type { Matrix } from './matrix.js';

/** `X·W + b`, `[rows, k]`. @param weights `[columns, k]` @param intercepts `[k]` */
export function affine(
  algebra: LinearAlgebra,
  x: Matrix,
  weights: Float64Array,
  intercepts: Float64Array,
): Float64Array {
  const k = intercepts.length;
  const result = holding(algebra, x, (held) => held.times(weights, k));
  for (let i = 0; i < result.length; i++) result[i]! += intercepts[i % k]!;
  return result;
}

/** Intercepts of uncentred columns for weights of centred ones: `b − Wᵀ·means`. */
export function shifted(intercepts: Float64Array, weights: Float64Array, means: Float64Array): Float64Array {
  const k = intercepts.length;
  const result = intercepts.slice();
  for (let j = 0; j < means.length; j++)
    for (let c = 0; c < k; c++) result[c]! -= means[j]! * weights[j * k + c]!;
  return result;
}

/** `[columns, k]` as `[k, columns]` and back: coefficients have one row per target, as in scikit-learn. */
export function transposed(values: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j]!;
  return result;
}
