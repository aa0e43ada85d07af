import { columnProducts } from '../algebra/columnwise.js';
import { addTo, dot, LbfgsMemory } from '../algebra/lbfgsMemory.js';
import type { Arithmetic, HeldMatrix } from '../algebra/linearAlgebra.js';
import type { NormalSolver } from '../algebra/normalSolver.js';
import type { ProblemSpace } from '../algebra/problemSpace.js';
import type { CrossEntropy } from './crossEntropy.js';
import type { LinearSolution } from './fittedLinearClassifier.js';

const MEMORY = 10;

interface LogisticProblem {
  readonly x: HeldMatrix;
  readonly turned: boolean;
  readonly loss: CrossEntropy;
  /** What the sum of losses is divided by. */
  readonly rows: number;
  /** `1/(C·n)` */
  readonly penalty: number;
}

/**
 * Minimises `cross-entropy/n + ½·‖W‖²/(C·n)` over weights and intercepts by L-BFGS, X being centred. Its first guess of the
 * inverse Hessian is that at W = 0 (Böhning 1992): columns of any scale, or nearly the same, then take few iterations. Scores
 * are linear in the weights, so the line search needs no pass over the data. In single arithmetic it goes as far as that
 * carries, and from there in double. Each C starts where the last one ended.
 */
export class LogisticSolver {
  readonly #space: ProblemSpace;
  readonly #loss: CrossEntropy;
  readonly #hasSingle: boolean;
  /** Weights `[columns, k]` of the space and behind them intercepts `[k]`. */
  readonly #parameters: Float64Array;

  constructor(space: ProblemSpace, loss: CrossEntropy, hasSingle: boolean) {
    this.#space = space;
    this.#loss = loss;
    this.#hasSingle = hasSingle;
    this.#parameters = new Float64Array((space.x.columns + 1) * loss.k);
  }

  solve(
    C: number,
    { tolerance, maxIterations }: { readonly tolerance: number; readonly maxIterations: number },
  ): LinearSolution {
    const { x, solvers, arithmetic, turned } = this.#space;
    const { k } = this.#loss;
    const problem = { x, turned, loss: this.#loss, rows: x.rows, penalty: 1 / (C * x.rows) };
    // Of classes equally likely, an element of the softmax' Hessian is 1/k, of the logistic function's ¼.
    const curvature = k === 1 ? 1 / 4 : 1 / k;
    const solver = solvers.at(curvature / x.rows, problem.penalty);
    try {
      const descent = new LogisticDescent(problem, solver, curvature, this.#parameters);
      if (arithmetic === 'single' && this.#hasSingle)
        descent.run('single', Math.max(tolerance, 1e-5), maxIterations);
      const converged = descent.run('double', tolerance, maxIterations);
      const { weights, intercepts, iterations } = descent.solution();
      return { weights: this.#space.weights(weights, k), intercepts, iterations, converged };
    } finally {
      solver.dispose();
    }
  }
}

class LogisticDescent {
  readonly #problem: LogisticProblem;
  readonly #solver: NormalSolver;
  readonly #curvature: number;
  readonly #memory = new LbfgsMemory(MEMORY);
  /** Weights `[columns, k]` and behind them intercepts `[k]`. */
  readonly #parameters: Float64Array;
  #iterations = 0;

  /** @param parameters where to start; what is found takes its place */
  constructor(problem: LogisticProblem, solver: NormalSolver, curvature: number, parameters: Float64Array) {
    this.#problem = problem;
    this.#solver = solver;
    this.#curvature = curvature;
    this.#parameters = parameters;
  }

  /** @returns whether the tolerance was reached. */
  run(arithmetic: Arithmetic, tolerance: number, maxIterations: number): boolean {
    const scores = this.#scoresOf(this.#parameters, arithmetic);
    let gradient = this.#gradient(scores, arithmetic);
    while (this.#largest(gradient) > tolerance) {
      if (this.#iterations >= maxIterations) return false;
      this.#iterations++;
      const step = this.#memory.direction(gradient, (r) => this.#initial(r));
      const change = this.#scoresOf(step, arithmetic);
      const t = lineSearch((at) => this.#along(scores, change, step, at));
      if (t === 0) {
        // The stored steps may give a wrong direction. If the first guess does not descend either, rounding allows no better solution.
        if (this.#memory.isEmpty) return false;
        this.#memory.clear();
        continue;
      }
      addTo(this.#parameters, step, t);
      addTo(scores, change, t);
      const next = this.#gradient(scores, arithmetic);
      this.#memory.push(
        step.map((value) => t * value),
        next.map((value, i) => value - gradient[i]!),
      );
      gradient = next;
    }
    return true;
  }

  solution(): { weights: Float64Array; intercepts: Float64Array; iterations: number } {
    const split = this.#split;
    const weights = this.#parameters.slice(0, split);
    return { weights, intercepts: this.#parameters.slice(split), iterations: this.#iterations };
  }

  /** No element of the gradient by weights of X's columns is larger. In other coordinates a class' length bounds them. */
  #largest(gradient: Float64Array): number {
    let result = 0;
    for (const value of gradient) result = Math.max(result, Math.abs(value));
    if (!this.#problem.turned) return result;
    const weights = gradient.subarray(0, this.#split);
    for (const square of columnProducts(weights, weights, this.#problem.loss.k))
      result = Math.max(result, Math.sqrt(square));
    return result;
  }

  get #split(): number {
    return this.#problem.x.columns * this.#problem.loss.k;
  }

  #scoresOf(parameters: Float64Array, arithmetic: Arithmetic): Float64Array {
    const { x, loss } = this.#problem;
    const scores = x.times(parameters.slice(0, this.#split), loss.k, arithmetic);
    for (let i = 0; i < scores.length; i++) scores[i]! += parameters[this.#split + (i % loss.k)]!;
    return scores;
  }

  #gradient(scores: Float64Array, arithmetic: Arithmetic): Float64Array {
    const { x, loss, rows, penalty } = this.#problem;
    const residuals = loss.residuals(scores);
    const gradient = new Float64Array(this.#parameters.length);
    gradient.set(x.transposedTimes(residuals, loss.k, arithmetic));
    residuals.forEach((value, i) => {
      gradient[this.#split + (i % loss.k)]! += value;
    });
    return gradient.map((value, i) => value / rows + (i < this.#split ? penalty * this.#parameters[i]! : 0));
  }

  /** The inverse Hessian at W = 0; the intercept's own is a number, because X is centred. */
  #initial(r: Float64Array): Float64Array {
    const result = new Float64Array(r.length);
    result.set(this.#solver.solve(r.slice(0, this.#split), this.#problem.loss.k));
    for (let i = this.#split; i < r.length; i++) result[i] = r[i]! / this.#curvature;
    return result;
  }

  /** The objective at `t` along a step, and its derivative there. */
  #along(scores: Float64Array, change: Float64Array, step: Float64Array, t: number) {
    const { loss, rows, penalty } = this.#problem;
    const weights = this.#parameters.subarray(0, this.#split);
    const part = step.subarray(0, this.#split);
    const [along, square] = [dot(weights, part), dot(part, part)];
    const { value, slope } = loss.along(scores, change, t);
    return {
      // Less ½·penalty·‖W‖² at t = 0, which is the same for all t.
      value: value / rows + penalty * (t * along + (t * t * square) / 2),
      slope: slope / rows + penalty * (along + t * square),
    };
  }
}

type Along = (t: number) => { readonly value: number; readonly slope: number };

/**
 * A step length that meets Wolfe's conditions (Nocedal & Wright, 3.6) on a convex function: secant steps between bounds.
 * @returns 0 where no step is found that lowers the function.
 */
function lineSearch(along: Along): number {
  const start = along(0);
  if (!(start.slope < 0)) return 0;
  let [low, high] = [
    { t: 0, slope: start.slope },
    { t: Number.POSITIVE_INFINITY, slope: 0 },
  ];
  let t = 1;
  for (let trial = 0; trial < 40; trial++) {
    const { value, slope } = along(t);
    const enough = value <= start.value + 1e-4 * t * start.slope;
    if (enough && Math.abs(slope) <= 0.5 * Math.abs(start.slope)) return t;
    // Near the minimum values agree to their last digit: there the slopes alone decide.
    const flat = Math.abs(value - start.value) <= 1e-9 * Math.abs(start.value);
    if (flat && Math.abs(slope) <= 0.5 * Math.abs(start.slope)) return t;
    if (slope < 0 && (enough || flat)) low = { t, slope };
    else high = { t, slope };
    if (high.t === Number.POSITIVE_INFINITY) t *= 4;
    else {
      const secant = low.t - (low.slope * (high.t - low.t)) / (high.slope - low.slope);
      const margin = 0.1 * (high.t - low.t);
      const usable = Number.isFinite(secant) && secant > low.t + margin && secant < high.t - margin;
      t = usable ? secant : (low.t + high.t) / 2;
    }
  }
  return 0;
}
