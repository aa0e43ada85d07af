import { columnEigen } from '../algebra/columnEigen.js';
import { conjugateGradients } from '../algebra/conjugateGradients.js';
import {
  type Arithmetic,
  type Eigen,
  type HeldMatrix,
  holding,
  type LinearAlgebra,
} from '../algebra/linearAlgebra.js';
import type { CentredProblem } from './ridge.js';

/** Errors with each row left out, and weights, of ridge regressions of any penalty: one eigendecomposition serves them all. */
export interface RidgeSpectrum {
  /**
   * Mean squared error of ridge regression with each row left out in turn, exactly and without refitting: a row's residual
   * divided by `1 − h`, its own share in its prediction (Golub, Heath & Wahba 1979; Rifkin & Lippert 2007). The intercept is
   * fitted for every row as well.
   * @returns `[penalties][targets]`
   */
  leaveOneOutErrors(penalties: readonly number[]): Float64Array[];
  /** Weights `[columns, targets]`, each target with the penalty in its place. */
  weights(penalties: readonly number[]): Float64Array;
}

/** `[rows, penalties · targets]` is computed for as many penalties at a time as keep it below this many numbers. */
const LARGEST_TABLE = 2 ** 22;
/** Error that float32 may bring into `h`, by the estimate in `arithmeticOf`. */
const NOTICEABLE = 1e-5;

/** From `XᵀX`, or from `XXᵀ` where there are no more rows than columns. */
export function ridgeSpectrum(
  algebra: LinearAlgebra,
  held: HeldMatrix,
  problem: CentredProblem,
): RidgeSpectrum {
  return held.columns < held.rows ? fromColumns(algebra, held, problem) : fromRows(algebra, held, problem);
}

/** From `XᵀX = V·Λ·Vᵀ` and `Z = X·V`: `1 − h = 1 − 1/n − Σ z²/(λ + α)`. */
function fromColumns(algebra: LinearAlgebra, held: HeldMatrix, problem: CentredProblem): RidgeSpectrum {
  const { y, targets: k } = problem;
  const { rows, columns } = held;
  const { values, vectors } = columnEigen(algebra, held, columns);
  const right = held.transposedTimes(y, k);
  const v = { rows: columns, columns, data: vectors };
  const damping = (penalty: number) => values.map((value) => 1 / (Math.max(0, value) + penalty));
  return {
    leaveOneOutErrors: (penalties) => {
      const arithmetic = arithmeticOf(algebra, problem, values, Math.min(...penalties));
      const damped = sideBySide(penalties.map(damping), columns, 1);
      const shares = held.squaredTimes(vectors, columns, damped, penalties.length, arithmetic);
      for (let i = 0; i < shares.length; i++) shares[i] = 1 - 1 / rows - shares[i]!;
      return holding(algebra, v, (heldV) => {
        const projected = heldV.transposedTimes(right, k);
        return meanErrors(rows, k, penalties, shares, (some) => {
          const scaled = sideBySide(
            some.map((each) => scaleRows(projected, damping(each), k)),
            columns,
            k,
          );
          const residuals = held.times(heldV.times(scaled, k * some.length), k * some.length);
          for (let i = 0, at = 0; i < rows * k; i += k)
            for (let p = 0; p < some.length; p++)
              for (let c = 0; c < k; c++, at++) residuals[at] = y[i + c]! - residuals[at]!;
          return residuals;
        });
      });
    },
    weights: (penalties) =>
      refined(algebra, { values, vectors }, right, penalties, (b) =>
        held.transposedTimes(held.times(b, k), k),
      ),
  };
}

/**
 * From `XXᵀ = U·Λ·Uᵀ`: `1 − h = Σ u²·α/(λ + α)`, over all directions but the constant one, which the intercept takes whole.
 * Where rows are few `h` comes near 1, and this sum has no cancellation.
 */
function fromRows(
  algebra: LinearAlgebra,
  held: HeldMatrix,
  { y, targets: k }: CentredProblem,
): RidgeSpectrum {
  const n = held.rows;
  const gram = held.outerGram();
  let trace = 0;
  for (let i = 0; i < n; i++) trace += gram[i * n + i]!;
  // The constant direction has eigenvalue 0, perhaps with others: raised above all it is the last and mixes with none.
  const raised = (2 * trace + 1) / n;
  for (let i = 0; i < gram.length; i++) gram[i]! += raised;
  const { values, vectors } = algebra.eigen(gram, n);
  values[n - 1] = 0;
  const u = { rows: n, columns: n, data: vectors };
  const kept = (penalty: number) =>
    values.map((value, j) => (j === n - 1 ? 0 : penalty / (Math.max(0, value) + penalty)));
  return {
    leaveOneOutErrors: (penalties) => {
      const squares = { ...u, data: vectors.map((value) => value * value) };
      const each = sideBySide(penalties.map(kept), n, 1);
      const shares = holding(algebra, squares, (some) => some.times(each, penalties.length));
      return holding(algebra, u, (heldU) => {
        const projected = heldU.transposedTimes(y, k);
        return meanErrors(n, k, penalties, shares, (some) => {
          const scaled = some.map((penalty) => scaleRows(projected, kept(penalty), k));
          return heldU.times(sideBySide(scaled, n, k), k * some.length);
        });
      });
    },
    weights: (penalties) => {
      const product = (b: Float64Array) => held.times(held.transposedTimes(b, k), k);
      return held.transposedTimes(refined(algebra, { values, vectors }, y, penalties, product), k);
    },
  };
}

/** Means over rows of (residual ÷ share)². @param shares `[rows, penalties]` @param residuals `[rows, penalties · k]` of some */
function meanErrors(
  rows: number,
  k: number,
  penalties: readonly number[],
  shares: Float64Array,
  residuals: (penalties: readonly number[]) => Float64Array,
): Float64Array[] {
  const size = Math.max(1, Math.floor(LARGEST_TABLE / (rows * k)));
  const result = penalties.map(() => new Float64Array(k));
  for (let from = 0; from < penalties.length; from += size) {
    const some = penalties.slice(from, from + size);
    const values = residuals(some);
    for (let i = 0, at = 0; i < rows; i++) {
      for (let p = 0; p < some.length; p++) {
        const share = shares[i * penalties.length + from + p]!;
        const errors = result[from + p]!;
        for (let c = 0; c < k; c++, at++) errors[c]! += (values[at]! / share) ** 2 / rows;
      }
    }
  }
  return result;
}

/** `(A + αI)⁻¹·b` with a penalty for each target, from A's eigenvectors, to the last digits by conjugate gradients. */
function refined(
  algebra: LinearAlgebra,
  { values, vectors }: Eigen,
  b: Float64Array,
  penalties: readonly number[],
  product: (v: Float64Array) => Float64Array,
): Float64Array {
  const n = values.length;
  const k = penalties.length;
  return holding(algebra, { rows: n, columns: n, data: vectors }, (turn) =>
    conjugateGradients(b, k, {
      product: (v) => {
        const image = product(v);
        for (let i = 0; i < image.length; i++) image[i]! += penalties[i % k]! * v[i]!;
        return image;
      },
      precondition: (r) => {
        const turned = turn.transposedTimes(r, k);
        for (let i = 0; i < turned.length; i++)
          turned[i]! /= Math.max(0, values[Math.floor(i / k)]!) + penalties[i % k]!;
        return turn.times(turned, k);
      },
      tolerance: new Float64Array(k).fill(1e-11),
      maxIterations: 100,
    }),
  );
}

/**
 * `Z` of float32 data is about as well computed in float32, where its rounding is nothing beside the smallest penalty: an element's
 * is 2⁻²⁴ of its row's length, and `columns` of their squares are divided by the penalty.
 */
function arithmeticOf(
  algebra: LinearAlgebra,
  { x }: CentredProblem,
  values: Float64Array,
  penalty: number,
): Arithmetic {
  if (!algebra.hasSingle || x.data instanceof Float64Array) return 'double';
  const square = values.reduce((sum, value) => sum + value, 0) / x.rows;
  return (2 ** -48 * square * x.columns) / penalty < NOTICEABLE ? 'single' : 'double';
}

function scaleRows(a: Float64Array, factors: Float64Array, k: number): Float64Array {
  return a.map((value, i) => value * factors[Math.floor(i / k)]!);
}

/** Arrays `[rows, k]` beside one another, `[rows, arrays · k]`. */
function sideBySide(arrays: readonly Float64Array[], rows: number, k: number): Float64Array {
  const width = arrays.length * k;
  const result = new Float64Array(rows * width);
  arrays.forEach((array, a) => {
    for (let i = 0; i < rows; i++) result.set(array.subarray(i * k, (i + 1) * k), i * width + a * k);
  });
  return result;
}
