import { ForeframeError } from '../common/errors.js';
import { affine, shifted, transposed } from './affine.js';
import { centred, columnMeans } from './centre.js';
import {
  checkFeatures,
  checkFinite,
  checkMatrix,
  checkPositive,
  checkShape,
  checkTargets,
} from './checks.js';
import { conjugateGradients } from './conjugateGradients.js';
import type { Estimator, FittedRegressor } from './estimator.js';
import { type HeldMatrix, holding, type LinearAlgebra } from './linearAlgebra.js';
import type { Matrix } from './matrix.js';
import { dampedFactor, smallerGram } from './normalSolver.js';
import { plainAlgebra } from './plainAlgebra.js';
import { rSquared } from './rSquared.js';

export interface RidgeSettings {
  /** `α` of `‖y − X·w − b‖² + α·‖w‖²`; above 0. */
  readonly penalty: number;
}

/** One target for every row, or several as a matrix `[rows, targets]`. */
export type RegressionTargets = Float64Array | Matrix;

/**
 * Linear regression with an L2 penalty on the weights and none on the intercept; scikit-learn's `Ridge`. The normal equations
 * are factorised, in float32 for float32 latents, and solved to the precision of the latents by a few steps of conjugate gradients
 * in float64. Memory beside X: four times (double precision: twice) its size, and 16·columns² bytes.
 */
export class Ridge implements Estimator<RidgeSettings, RegressionTargets, FittedRidge> {
  readonly settings: Readonly<RidgeSettings>;
  readonly #algebra: LinearAlgebra;

  constructor(settings: RidgeSettings, algebra: LinearAlgebra = plainAlgebra) {
    checkPositive('Ridge', 'penalty', settings.penalty);
    this.settings = { ...settings };
    this.#algebra = algebra;
  }

  fit(x: Matrix, y: RegressionTargets): FittedRidge {
    const problem = centredProblem('Ridge', x, y);
    const solve = (held: HeldMatrix) => solveRidge(this.#algebra, held, problem, this.settings.penalty);
    const weights = holding(this.#algebra, x, solve, problem.xMeans);
    return new FittedRidge('Ridge', this.#algebra, weights, problem);
  }
}

/** Data and targets to be taken less their means: what is left of a linear regression once its intercept is known. */
export interface CentredProblem {
  /** As given: its means are subtracted where it is held. */
  readonly x: Matrix;
  /** `[rows, targets]`, less their means. */
  readonly y: Float64Array;
  readonly targets: number;
  readonly xMeans: Float64Array;
  readonly yMeans: Float64Array;
}

export function centredProblem(who: string, x: Matrix, y: RegressionTargets): CentredProblem {
  checkShape(who, x);
  const xMeans = columnMeans(x);
  // A NaN or infinity anywhere shows in its column's mean: the usual, clean data needs no pass of its own.
  if (!xMeans.every(Number.isFinite)) checkFinite(who, x);
  const all = targetMatrix(who, x, y);
  const yMeans = columnMeans(all);
  const data = new Float64Array(centred(all, yMeans).data);
  return { x, y: data, targets: all.columns, xMeans, yMeans };
}

function targetMatrix(who: string, x: Matrix, y: RegressionTargets): Matrix {
  if (y instanceof Float64Array) {
    checkTargets(who, x, y);
    return { rows: y.length, columns: 1, data: y };
  }
  checkMatrix(who, y, 'y');
  if (y.rows !== x.rows) throw new ForeframeError(`${who}: X has ${x.rows} rows but y has ${y.rows}`);
  return { ...y, data: new Float64Array(y.data) };
}

/**
 * Weights `[columns, targets]` that minimise `‖Y − X·W‖² + penalty·‖W‖²` for centred X and Y: `(XᵀX + αI)⁻¹·XᵀY`, or where
 * there are fewer rows than columns the same from the smaller side, `Xᵀ·(XXᵀ + αI)⁻¹·Y`.
 */
function solveRidge(
  algebra: LinearAlgebra,
  held: HeldMatrix,
  { x, y, targets: k }: Pick<CentredProblem, 'x' | 'y' | 'targets'>,
  penalty: number,
): Float64Array {
  const single = algebra.hasSingle && x.data instanceof Float32Array;
  const arithmetic = single ? 'single' : 'double';
  const factor = dampedFactor(algebra, smallerGram(held, arithmetic), { shift: penalty, arithmetic });
  const byColumns = held.columns <= held.rows;
  const there = (v: Float64Array) => (byColumns ? held.times(v, k) : held.transposedTimes(v, k));
  const back = (v: Float64Array) => (byColumns ? held.transposedTimes(v, k) : held.times(v, k));
  try {
    const solution = conjugateGradients(byColumns ? back(y) : y, k, {
      product: (v) => {
        const image = back(there(v));
        for (let i = 0; i < image.length; i++) image[i]! += penalty * v[i]!;
        return image;
      },
      precondition: (r) => factor.solve(r, k),
      // Float32 latents say nothing about further digits.
      tolerance: new Float64Array(k).fill(single ? 1e-8 : 1e-11),
      maxIterations: 100,
    });
    return byColumns ? solution : there(solution);
  } finally {
    factor.dispose();
  }
}

export class FittedRidge implements FittedRegressor {
  /** `[targets, columns]` */
  readonly coefficients: Float64Array;
  /** `[targets]` */
  readonly intercepts: Float64Array;
  readonly targets: number;
  readonly columns: number;
  readonly #who: string;
  readonly #algebra: LinearAlgebra;
  readonly #weights: Float64Array;

  /** @param weights `[columns, targets]` of the centred problem */
  constructor(who: string, algebra: LinearAlgebra, weights: Float64Array, problem: CentredProblem) {
    this.targets = problem.targets;
    this.columns = problem.x.columns;
    this.coefficients = transposed(weights, this.columns, this.targets);
    this.intercepts = shifted(problem.yMeans, weights, problem.xMeans);
    this.#who = who;
    this.#algebra = algebra;
    this.#weights = weights;
  }

  predict(x: Matrix): Float64Array {
    checkFeatures(this.#who, x, this.columns);
    return affine(this.#algebra, x, this.#weights, this.intercepts);
  }

  score(x: Matrix, y: RegressionTargets): number {
    const prediction = this.predict(x);
    return rSquared(targetMatrix(this.#who, x, y).data, prediction, this.targets);
  }
}
