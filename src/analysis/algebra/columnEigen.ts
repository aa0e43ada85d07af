import { type Eigen, type HeldMatrix, holding, type LinearAlgebra } from './linearAlgebra.js';

/** Directions whose variance is below this share of the largest have lost half of their digits in the Gram matrix. */
const SMALL = 1e-8;

/**
 * Eigenvectors of `XᵀX`. A small value and its vector are lost in the rounding of the large ones, so they are computed again among
 * themselves, from the data projected on them.
 * @param wanted how many of the largest have to be accurate
 */
export function columnEigen(algebra: LinearAlgebra, held: HeldMatrix, wanted: number): Eigen {
  const d = held.columns;
  const { values, vectors } = algebra.eigen(held.gram(), d);
  const small = values.findLastIndex((value) => value < SMALL * values[d - 1]!) + 1;
  if (small <= d - wanted) return { values, vectors };
  const some = new Float64Array(d * small);
  for (let j = 0; j < d; j++) some.set(vectors.subarray(j * d, j * d + small), j * small);
  const seen = { rows: held.rows, columns: small, data: held.times(some, small) };
  const again = holding(algebra, seen, (x) => algebra.eigen(x.gram(), small));
  const turned = holding(algebra, { rows: d, columns: small, data: some }, (x) =>
    x.times(again.vectors, small),
  );
  for (let j = 0; j < d; j++) vectors.set(turned.subarray(j * small, (j + 1) * small), j * d);
  values.set(again.values);
  return { values, vectors };
}
