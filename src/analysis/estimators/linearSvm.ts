import { UsageError } from '../../common/errors.js';
import { checkCount, checkMatrix, checkPositive } from '../algebra/checks.js';
import { balancedWeights, checkLabels, type Labels } from '../algebra/labels.js';
import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import { emptyLike, type Matrix } from '../algebra/matrix.js';
import { plainAlgebra } from '../algebra/plainAlgebra.js';
import { inAscendingOrder, inProblemSpace } from '../algebra/problemSpace.js';
import type { Estimator } from './estimator.js';
import { FittedLinearClassifier } from './fittedLinearClassifier.js';
import { type HingeProblems, HingeSolver } from './squaredHinge.js';

export interface LinearSvmSettings {
  /** `C` of `½·‖w‖² + C·Σ max(0, 1 − y·(w·x + b))²`; above 0, 1 by default. */
  readonly C?: number;
  /** `balanced` weighs the rows of a class by `n ÷ (classes · rows of the class)`. */
  readonly classWeight?: 'none' | 'balanced';
  /** Stop when the gradient divided by the one at 0 is below this. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
}

/**
 * Linear support vector machine: squared hinge loss, L2 penalty, one class against the rest; scikit-learn's
 * `LinearSVC(dual=False)`. As there, the intercept is the weight of a column of ones and so is penalised with the others, and
 * with three classes or more a class weight applies to the rows of the one class, while the rest have weight 1.
 * Memory beside X: up to six times its size, and 16·columns² bytes, or 40·rows² where rows are fewer.
 */
export class LinearSvm implements Estimator<LinearSvmSettings, Int32Array, FittedLinearClassifier> {
  readonly settings: Readonly<Required<LinearSvmSettings>>;
  readonly #algebra: LinearAlgebra;

  constructor(settings: LinearSvmSettings = {}, algebra: LinearAlgebra = plainAlgebra) {
    const { C = 1, classWeight = 'none', tolerance = 1e-7, maxIterations = 200 } = settings;
    checkPositive('LinearSvm', 'C', C);
    checkPositive('LinearSvm', 'tolerance', tolerance);
    checkCount('LinearSvm', 'maxIterations', maxIterations);
    if (classWeight !== 'none' && classWeight !== 'balanced')
      throw new UsageError(`LinearSvm: classWeight must be none or balanced, not ${classWeight}`);
    this.settings = { C, classWeight, tolerance, maxIterations };
    this.#algebra = algebra;
  }

  fit(x: Matrix, y: Int32Array): FittedLinearClassifier {
    return this.fitEach(x, y, [this.settings.C])[0]!;
  }

  /**
   * A fit for each of several C in place of the one in the settings, faster than one by one: they share all that depends on X
   * alone, and a larger C starts where the smaller one ended.
   */
  fitEach(x: Matrix, y: Int32Array, Cs: readonly number[]): FittedLinearClassifier[] {
    for (const C of Cs) checkPositive('LinearSvm', 'C', C);
    checkMatrix('LinearSvm', x);
    const labels = checkLabels('LinearSvm', x, y);
    const problems = this.#problems(labels);
    return inProblemSpace(this.#algebra, withOnes(x), (space) => {
      const solver = new HingeSolver(space, problems);
      try {
        return inAscendingOrder(Cs, (C) => {
          const { weights, ...found } = solver.solve(C, this.settings);
          const own = space.weights(weights, problems.k);
          const split = x.columns * problems.k;
          return new FittedLinearClassifier('LinearSvm', this.#algebra, labels.classes, {
            weights: own.slice(0, split),
            intercepts: own.slice(split),
            ...found,
          });
        });
      } finally {
        solver.dispose();
      }
    });
  }

  /** Two classes need one function; more need one each. */
  #problems(labels: Labels): HingeProblems {
    const { index, classes, counts } = labels;
    const { classWeight } = this.settings;
    const weights = classWeight === 'balanced' ? balancedWeights(labels) : counts.map(() => 1);
    const binary = classes.length === 2;
    const k = binary ? 1 : classes.length;
    const signs = new Int8Array(index.length * k);
    const costs = new Float64Array(index.length * k);
    index.forEach((own, i) => {
      for (let c = 0; c < k; c++) {
        const positive = own === (binary ? 1 : c);
        signs[i * k + c] = positive ? 1 : -1;
        costs[i * k + c] = positive || binary ? weights[own]! : 1;
      }
    });
    return { k, signs, costs };
  }
}

/** `x` with a column of ones behind it. */
function withOnes(x: Matrix): Matrix {
  const columns = x.columns + 1;
  const data = emptyLike(x, x.rows * columns).fill(1);
  for (let i = 0; i < x.rows; i++) data.set(x.data.subarray(i * x.columns, (i + 1) * x.columns), i * columns);
  return { rows: x.rows, columns, data };
}
