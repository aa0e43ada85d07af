import { ForeframeError } from '../../common/errors.js';
import { affine, shifted, transposed } from '../algebra/affine.js';
import { centred, columnMeans } from '../algebra/centre.js';
import {
  checkFeatures,
  checkFinite,
  checkMatrix,
  checkPositive,
  checkShape,
  checkTargets,
} from '../algebra/checks.js';
import { columnProducts } from '../algebra/columnwise.js';
import { conjugateGradients } from '../algebra/conjugateGradients.js';
import {
  type Arithmetic,
  type Factor,
  type HeldMatrix,
  holding,
  type LinearAlgebra,
  type NormalSystem,
} from '../algebra/linearAlgebra.js';
import type { Matrix } from '../algebra/matrix.js';
import { dampedFactor, tooLarge } from '../algebra/normalSolver.js';
import { plainAlgebra } from '../algebra/plainAlgebra.js';
import { rSquared } from '../scores/rSquared.js';
import type { Estimator, FittedRegressor } from './estimator.js';

export interface RidgeSettings {
  /** `α` of `‖y − X·w − b‖² + α·‖w‖²`; above 0. */
  readonly penalty: number;
}

/** One target for every row, or several as a matrix `[rows, targets]`. */
export type RegressionTargets = Float64Array | Matrix;

/**
 * Linear regression with an L2 penalty on the weights and none on the intercept; scikit-learn's `Ridge`. The normal equations
 * are factorised, in float32 for float32 latents, and the solution is corrected in float64: once where that is enough, else by
 * conjugate gradients. Memory beside float32 X, in TensorFlow: 90 MB and 14·columns² bytes however many rows; with fewer rows
 * than columns, or in plain TypeScript, some four times the size of X and 40·(the smaller side)².
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
    const weights = solveRidge(this.#algebra, problem, this.settings.penalty);
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
  // A NaN or infinity shows in its column's mean, so clean data need no extra pass.
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

/** The normal equations from the smaller side of the problem: `(G + penalty·I)·S = right`, and the weights that S stands for. */
interface NormalEquations {
  readonly system: (arithmetic: Arithmetic) => NormalSystem;
  /** What a solution leaves of the right side, `right − G·S`, in double precision. */
  readonly leftOver: (solution: Float64Array) => Float64Array;
  readonly weights: (solution: Float64Array) => Float64Array;
}

/**
 * Weights `[columns, targets]` that minimise `‖Y − X·W‖² + penalty·‖W‖²` for centred X and Y: `(XᵀX + αI)⁻¹·XᵀY`, or where
 * there are fewer rows than columns the same from the smaller side, `Xᵀ·(XXᵀ + αI)⁻¹·Y`.
 */
function solveRidge(algebra: LinearAlgebra, problem: CentredProblem, penalty: number): Float64Array {
  const { x, y, xMeans, targets: k } = problem;
  if (x.rows >= x.columns) {
    const streamed = algebra.stream(x, xMeans);
    const equations: NormalEquations = {
      system: (arithmetic) => streamed.normalSystem(y, k, penalty, arithmetic),
      leftOver: (solution) => streamed.leftOver(solution, k, y),
      weights: (solution) => solution,
    };
    return solveNormalEquations(algebra, equations, problem, penalty);
  }
  const fromRows = (held: HeldMatrix) => {
    const equations: NormalEquations = {
      system: (arithmetic) => {
        const gram = held.outerGram(arithmetic);
        return { factor: dampedFactor(algebra, gram, { shift: penalty, arithmetic }), right: y };
      },
      leftOver: (solution) => {
        const image = held.times(held.transposedTimes(solution, k), k);
        return y.map((value, i) => value - image[i]!);
      },
      weights: (solution) => held.transposedTimes(solution, k),
    };
    return solveNormalEquations(algebra, equations, problem, penalty);
  };
  return holding(algebra, x, fromRows, xMeans);
}

/** A correction this small beside the solution leaves an error of about its square. */
const SMALL_CORRECTION = 1e-4;

/** Solve in the arithmetic of the data, and correct in double precision: once where that is enough, else by conjugate gradients. */
function solveNormalEquations(
  algebra: LinearAlgebra,
  equations: NormalEquations,
  { x, targets: k }: CentredProblem,
  penalty: number,
): Float64Array {
  const single = algebra.hasSingle && x.data instanceof Float32Array;
  const { factor, first } = firstSolution(equations, k, single ? 'single' : 'double');
  const precondition = (r: Float64Array) => factor.solve(r, k);
  const leftOver = (v: Float64Array) => lessScaled(equations.leftOver(v), v, penalty);
  // Float32 latents have no further digits.
  const tolerance = new Float64Array(k).fill(single ? 1e-8 : 1e-11);
  try {
    const correction = precondition(leftOver(first));
    if (isSmall(correction, first, k)) return equations.weights(lessScaled(first, correction, -1));
    const right = leftOver(new Float64Array(first.length));
    const product = (v: Float64Array) => lessScaled(right, leftOver(v), 1);
    const systems = { product, precondition, tolerance, maxIterations: 100 };
    return equations.weights(conjugateGradients(right, k, systems));
  } finally {
    factor.dispose();
  }
}

function firstSolution(
  equations: NormalEquations,
  k: number,
  arithmetic: Arithmetic,
): { factor: Factor; first: Float64Array } {
  const { factor, right } = equations.system(arithmetic);
  const first = factor.solve(right, k);
  if (first.every(Number.isFinite)) return { factor, first };
  // Squares of huge numbers leave the range of float32 soon, of doubles late.
  factor.dispose();
  if (arithmetic === 'double') throw tooLarge();
  return firstSolution(equations, k, 'double');
}

/** `a − scale·b` */
function lessScaled(a: Float64Array, b: Float64Array, scale: number): Float64Array {
  return a.map((value, i) => value - scale * b[i]!);
}

/** Whether in each of the `k` columns `correction` is small beside `values`. */
function isSmall(correction: Float64Array, values: Float64Array, k: number): boolean {
  const [corrections, squares] = [
    columnProducts(correction, correction, k),
    columnProducts(values, values, k),
  ];
  return corrections.every((square, c) => square <= SMALL_CORRECTION ** 2 * squares[c]!);
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
