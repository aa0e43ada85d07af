import { holding, type LinearAlgebra } from '../linearAlgebra.js';
import type { Matrix } from '../matrix.js';
import { plainAlgebra } from '../plainAlgebra.js';

/** Directions along which the rows vary less than that, beside the one of most variance, are rounding. */
const NOTHING = 1e-10;

/**
 * Training rows, and others, turned into the space that the training rows span, where they are fewer than half as many as columns.
 * What only sees scalar products (a linear classifier with an L2 penalty) finds the same answer there, from fewer columns.
 */
export function inSpannedSpace(
  known: Matrix,
  others: Matrix,
  algebra: LinearAlgebra = plainAlgebra,
): { readonly known: Matrix; readonly others: Matrix } {
  const n = known.rows;
  if (2 * n > known.columns) return { known, others };
  return holding(algebra, known, (held) => {
    const { values, vectors } = algebra.eigen(held.outerGram(), n);
    const kept = Array.from(values.keys()).filter((at) => values[at]! > NOTHING * values[n - 1]!);
    const k = kept.length;
    // XXᵀ = U·Λ·Uᵀ, so the directions XᵀU·Λ^(−½) are orthonormal.
    const turn = new Float64Array(n * k);
    for (let i = 0; i < n; i++)
      kept.forEach((at, j) => {
        turn[i * k + j] = vectors[i * n + at]! / Math.sqrt(values[at]!);
      });
    const directions = held.transposedTimes(turn, k);
    const turned = (x: Matrix): Matrix => {
      const data = holding(algebra, x, (each) => each.times(directions, k));
      return {
        rows: x.rows,
        columns: k,
        data: x.data instanceof Float32Array ? new Float32Array(data) : data,
      };
    };
    return { known: turned(known), others: turned(others) };
  });
}
