import { type Arithmetic, type HeldMatrix, holding, type LinearAlgebra } from './linearAlgebra.js';
import type { Matrix } from './matrix.js';
import { type NormalSolver, NormalSolvers } from './normalSolver.js';

/** Where a linear classifier is fitted: in the columns of X, or in fewer coordinates that give the same scores. */
export interface ProblemSpace {
  readonly x: HeldMatrix;
  /** Whether the coordinates differ from X's columns: then only lengths are the same. */
  readonly turned: boolean;
  /** The arithmetic of the search for the minimum. */
  readonly arithmetic: Arithmetic;
  /** `(weight·XᵀX + shift·I)⁻¹` */
  readonly solvers: { at(weight: number, shift: number): NormalSolver };
  /** Weights of X's columns, `[columns, k]`, of those found here. */
  weights(found: Float64Array, k: number): Float64Array;
}

/** An eigendecomposition of more rows than these takes longer than what it saves. */
const MOST_ROWS = 1500;

/**
 * Work on a classification problem of X. The best weights are a sum of rows, so where rows are few there are no more unknowns
 * than rows: `X = U·√Λ·Qᵀ` is worked on as `U·√Λ`, from the eigenvectors of `XXᵀ` in double precision. Lengths of weights are
 * the same, products are as small as the rows are few, and the inverse is a division.
 */
export function inProblemSpace<T>(algebra: LinearAlgebra, x: Matrix, work: (space: ProblemSpace) => T): T {
  return holding(algebra, x, (held) => {
    if (x.rows < x.columns && x.rows <= MOST_ROWS) return inRowSpace(algebra, held, work);
    const arithmetic = x.data instanceof Float32Array ? 'single' : 'double';
    return work({
      x: held,
      turned: false,
      arithmetic,
      solvers: new NormalSolvers(algebra, held, arithmetic),
      weights: (found) => found,
    });
  });
}

function inRowSpace<T>(algebra: LinearAlgebra, held: HeldMatrix, work: (space: ProblemSpace) => T): T {
  const n = held.rows;
  const { values, vectors } = algebra.eigen(held.outerGram(), n);
  // Rounding leaves directions that no row has: tiny beside the largest, or below 0.
  const first = values.findIndex((value) => value > n * 2 ** -52 * values[n - 1]!);
  const from = first < 0 ? n - 1 : first;
  const rank = n - from;
  const roots = values.slice(from).map((value) => Math.sqrt(Math.max(value, Number.MIN_VALUE)));
  const data = new Float64Array(n * rank);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < rank; j++) data[i * rank + j] = vectors[i * n + from + j]! * roots[j]!;
  const reduced = { rows: n, columns: rank, data };
  return holding(algebra, reduced, (x) =>
    work({
      x,
      turned: true,
      arithmetic: 'double',
      solvers: {
        at: (weight, shift) => ({
          solve: (r, k) => r.map((value, i) => value / (weight * roots[Math.floor(i / k)]! ** 2 + shift)),
          dispose: () => {},
        }),
      },
      weights: (found, k) => {
        // Q = Xᵀ·U·Λ^−½
        const scaled = found.map((value, i) => value / roots[Math.floor(i / k)]! ** 2);
        return held.transposedTimes(x.times(scaled, k), k);
      },
    }),
  );
}

/** `solve` for each of the values, from the smallest to the largest. @returns in the order of `values` */
export function inAscendingOrder<T>(values: readonly number[], solve: (value: number) => T): T[] {
  const order = values.map((_, at) => at).sort((a, b) => values[a]! - values[b]!);
  const results: T[] = [];
  for (const at of order) results[at] = solve(values[at]!);
  return results;
}
