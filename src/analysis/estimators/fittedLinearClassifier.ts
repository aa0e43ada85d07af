import { affine, transposed } from '../algebra/affine.js';
import { checkFeatures, checkLength } from '../algebra/checks.js';
import { largestScores } from '../algebra/labels.js';
import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import type { Matrix } from '../algebra/matrix.js';
import { accuracy } from '../scores/accuracy.js';
import type { FittedClassifier } from './estimator.js';

/** What a linear classifier's solver found. */
export interface LinearSolution {
  /** `[columns, functions]`: a function for each class, or one alone where there are two classes. */
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
  readonly iterations: number;
  /** Whether the tolerance was reached. */
  readonly converged: boolean;
}

/** A classifier by linear functions: that of the class with the largest value decides. */
export class FittedLinearClassifier implements FittedClassifier {
  readonly classes: Int32Array;
  /** `[functions, columns]`: one row for two classes (positive: the second), else one for each class. */
  readonly coefficients: Float64Array;
  readonly intercepts: Float64Array;
  readonly columns: number;
  readonly iterations: number;
  readonly converged: boolean;
  readonly #who: string;
  readonly #algebra: LinearAlgebra;
  readonly #weights: Float64Array;

  constructor(who: string, algebra: LinearAlgebra, classes: Int32Array, solution: LinearSolution) {
    this.classes = classes;
    this.intercepts = solution.intercepts;
    this.columns = solution.weights.length / solution.intercepts.length;
    this.coefficients = transposed(solution.weights, this.columns, solution.intercepts.length);
    this.iterations = solution.iterations;
    this.converged = solution.converged;
    this.#who = who;
    this.#algebra = algebra;
    this.#weights = solution.weights;
  }

  /** The linear functions, `[rows, functions]`; scikit-learn's `decision_function`. */
  decision(x: Matrix): Float64Array {
    checkFeatures(this.#who, x, this.columns);
    return affine(this.#algebra, x, this.#weights, this.intercepts);
  }

  scores(x: Matrix): Float64Array {
    const decision = this.decision(x);
    if (this.intercepts.length > 1) return decision;
    return Float64Array.from({ length: 2 * x.rows }, (_, i) =>
      i % 2 === 1 ? decision[i >> 1]! : -decision[i >> 1]!,
    );
  }

  predict(x: Matrix): Int32Array {
    return largestScores(this.scores(x), this.classes);
  }

  score(x: Matrix, y: Int32Array): number {
    checkLength(this.#who, x, y);
    return accuracy(y, this.predict(x));
  }
}
