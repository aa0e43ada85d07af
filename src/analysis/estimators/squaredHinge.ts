import { addScaled, columnProducts, pickColumns } from '../algebra/columnwise.js';
import { conjugateGradients } from '../algebra/conjugateGradients.js';
import type { NormalSolver } from '../algebra/normalSolver.js';
import type { ProblemSpace } from '../algebra/problemSpace.js';

/** `k` problems over the same rows. */
export interface HingeProblems {
  readonly k: number;
  /** `[rows, k]`, 1 or −1. */
  readonly signs: Int8Array;
  /** `[rows, k]`, what a row's loss counts where C is 1. */
  readonly costs: Float64Array;
}

export interface HingeSolution {
  /** `[columns, k]`, of the problem's space */
  readonly weights: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Minimises `½·‖w‖² + C·Σ cost·max(0, 1 − sign·w·x)²` for `k` problems side by side. Newton's method with an exact line search
 * (Keerthi & DeCoste 2005), each step by conjugate gradients as in liblinear (Lin, Weng & Keerthi 2008), with the matrix for
 * all rows as preconditioner. Gradients are always in double precision: the space's arithmetic only bears on the way to the
 * minimum. Each C starts where the last one ended.
 */
export class HingeSolver {
  readonly #space: ProblemSpace;
  readonly #all: HingeProblems;
  readonly #weights: Float64Array;
  /** `[rows, k]`: X·W. */
  readonly #scores: Float64Array;
  #C = 1;
  /** Lengths of the gradients at 0, divided by C. */
  #lengthsAtZero: Float64Array | undefined;
  #preconditioner: { readonly solver: NormalSolver; readonly weight: number } | undefined;

  constructor(space: ProblemSpace, all: HingeProblems) {
    this.#space = space;
    this.#all = all;
    this.#weights = new Float64Array(space.x.columns * all.k);
    this.#scores = new Float64Array(space.x.rows * all.k);
  }

  solve(
    C: number,
    { tolerance, maxIterations }: { tolerance: number; maxIterations: number },
  ): HingeSolution {
    const { k } = this.#all;
    this.#C = C;
    let open = Array.from({ length: k }, (_, c) => c);
    for (let iterations = 0; ; iterations++) {
      const gradient = this.#gradient(open);
      const lengths = columnProducts(gradient, gradient, open.length).map(Math.sqrt);
      this.#lengthsAtZero ??= lengths.map((length) => length / C);
      const first = this.#lengthsAtZero;
      const ratios = lengths.map((length, at) => (length === 0 ? 0 : length / (C * first[open[at]!]!)));
      const unfinished = open.flatMap((_, at) => (ratios[at]! > tolerance ? [at] : []));
      const converged = unfinished.length === 0;
      if (converged || iterations === maxIterations)
        return { weights: this.#weights.slice(), iterations, converged };
      const left = pickColumns(gradient, open.length, unfinished);
      open = unfinished.map((at) => open[at]!);
      this.#step(
        open,
        left,
        unfinished.map((at) => ratios[at]!),
      );
    }
  }

  dispose(): void {
    this.#preconditioner?.solver.dispose();
  }

  /** Gradients of the problems `open`, `[columns, open]`. */
  #gradient(open: readonly number[]): Float64Array {
    const { k, signs, costs } = this.#all;
    const { x } = this.#space;
    const m = open.length;
    const residual = new Float64Array(x.rows * m);
    for (let i = 0; i < x.rows; i++) {
      for (let at = 0; at < m; at++) {
        const cell = i * k + open[at]!;
        const short = 1 - signs[cell]! * this.#scores[cell]!;
        if (short > 0) residual[i * m + at] = -2 * this.#C * costs[cell]! * signs[cell]! * short;
      }
    }
    const gradient = x.transposedTimes(residual, m);
    const weights = pickColumns(this.#weights, k, open);
    for (let i = 0; i < gradient.length; i++) gradient[i]! += weights[i]!;
    return gradient;
  }

  /** One Newton step of each problem, as far along as its objective falls. */
  #step(open: readonly number[], gradient: Float64Array, ratios: readonly number[]): void {
    const { k } = this.#all;
    const m = open.length;
    const { x, arithmetic } = this.#space;
    const curvatures = this.#curvatures(open);
    const { solver } = this.#precondition(curvatures);
    const direction = conjugateGradients(
      gradient.map((value) => -value),
      m,
      {
        product: (v) => {
          const image = x.times(v, m, arithmetic);
          for (let i = 0; i < image.length; i++) image[i]! *= curvatures[i]!;
          const back = x.transposedTimes(image, m, arithmetic);
          for (let i = 0; i < back.length; i++) back[i]! += v[i]!;
          return back;
        },
        precondition: (r) => solver.solve(r, m),
        // Early steps only find which rows count, so they need no exact solution.
        tolerance: ratios.map((ratio) => Math.max(1e-5, Math.min(0.1, Math.sqrt(ratio)))),
        maxIterations: 200,
      },
    );
    const change = x.times(direction, m);
    const lengths = open.map((c, at) => this.#lineSearch(c, at, m, direction, change));
    const spread = new Float64Array(k);
    open.forEach((c, at) => {
      spread[c] = lengths[at]!;
    });
    addScaled(this.#weights, spreadColumns(direction, open, k), spread);
    addScaled(this.#scores, spreadColumns(change, open, k), spread);
  }

  /** Second derivative of the loss of every row, `[rows, open]`. */
  #curvatures(open: readonly number[]): Float64Array {
    const { k, signs, costs } = this.#all;
    const m = open.length;
    const result = new Float64Array(this.#space.x.rows * m);
    for (let i = 0; i < result.length; i++) {
      const cell = Math.floor(i / m) * k + open[i % m]!;
      if (signs[cell]! * this.#scores[cell]! < 1) result[i] = 2 * this.#C * costs[cell]!;
    }
    return result;
  }

  /** The inverse for rows that all count the mean of what they do; recomputed when that mean has changed by half. */
  #precondition(curvatures: Float64Array): { readonly solver: NormalSolver } {
    const mean = curvatures.reduce((sum, value) => sum + value, 0) / curvatures.length;
    const known = this.#preconditioner;
    if (known && mean > known.weight / 2 && mean < known.weight * 2) return known;
    known?.solver.dispose();
    this.#preconditioner = { solver: this.#space.solvers.at(mean, 1), weight: mean };
    return this.#preconditioner;
  }

  /**
   * How far along the direction the objective of problem `c` is least. The derivative is piecewise linear and rising: Newton
   * steps between bounds find its zero.
   */
  #lineSearch(c: number, at: number, m: number, direction: Float64Array, change: Float64Array): number {
    const { k } = this.#all;
    let [along, square] = [0, 0];
    for (let j = 0; j < this.#space.x.columns; j++) {
      along += this.#weights[j * k + c]! * direction[j * m + at]!;
      square += direction[j * m + at]! ** 2;
    }
    let [low, high, t] = [0, Number.POSITIVE_INFINITY, 1];
    for (let trial = 0; trial < 60; trial++) {
      const [lossSlope, lossCurvature] = this.#slope(c, at, m, change, t);
      const slope = along + t * square + lossSlope;
      const curvature = square + lossCurvature;
      if (slope > 0) high = t;
      else low = t;
      const next = t - slope / curvature;
      const inside =
        next > low && next < high ? next : high === Number.POSITIVE_INFINITY ? 2 * t : (low + high) / 2;
      if (Math.abs(inside - t) <= 1e-12 * t) return inside;
      t = inside;
    }
    return t;
  }

  /** First and second derivative of the losses of problem `c` along its direction, at `t`. */
  #slope(c: number, at: number, m: number, change: Float64Array, t: number): [number, number] {
    const { k, signs, costs } = this.#all;
    let [slope, curvature] = [0, 0];
    for (let i = 0; i < this.#space.x.rows; i++) {
      const cell = i * k + c;
      const step = change[i * m + at]!;
      const short = 1 - signs[cell]! * (this.#scores[cell]! + t * step);
      if (short <= 0) continue;
      slope -= 2 * costs[cell]! * signs[cell]! * short * step;
      curvature += 2 * costs[cell]! * step * step;
    }
    return [this.#C * slope, this.#C * curvature];
  }
}

/** `[rows, open]` as `[rows, k]` with 0 elsewhere. */
function spreadColumns(a: Float64Array, open: readonly number[], k: number): Float64Array {
  const m = open.length;
  if (m === k) return a;
  const result = new Float64Array((a.length / m) * k);
  for (let i = 0; i < a.length / m; i++)
    for (let at = 0; at < m; at++) result[i * k + open[at]!] = a[i * m + at]!;
  return result;
}
