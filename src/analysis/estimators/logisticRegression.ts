import { shifted } from '../algebra/affine.js';
import { centred, columnMeans } from '../algebra/centre.js';
import { checkCount, checkMatrix, checkPositive } from '../algebra/checks.js';
import { checkLabels } from '../algebra/labels.js';
import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import type { Matrix } from '../algebra/matrix.js';
import { plainAlgebra } from '../algebra/plainAlgebra.js';
import { inAscendingOrder, inProblemSpace } from '../algebra/problemSpace.js';
import { CrossEntropy, probabilitiesOf } from './crossEntropy.js';
import type { Estimator } from './estimator.js';
import { FittedLinearClassifier } from './fittedLinearClassifier.js';
import { LogisticSolver } from './logisticSolver.js';

export interface LogisticSettings {
  /** `C` of `½·‖W‖² + C·Σ cross-entropy`; above 0, 1 by default. */
  readonly C?: number;
  /** Stop when no element of the gradient of `cross-entropy/n + ½·‖W‖²/(C·n)` is larger than this. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
}

/**
 * Multinomial logistic regression, L2 penalty on the weights and none on the intercepts, by L-BFGS; scikit-learn's
 * `LogisticRegression` (two classes: one logistic function, as there). `tolerance` means the same as there, on centred columns.
 * Memory beside X: up to six times its size, and 16·columns² bytes, or 40·rows² where rows are fewer.
 */
export class LogisticRegression implements Estimator<LogisticSettings, Int32Array, FittedLogisticRegression> {
  readonly settings: Readonly<Required<LogisticSettings>>;
  readonly #algebra: LinearAlgebra;

  constructor(settings: LogisticSettings = {}, algebra: LinearAlgebra = plainAlgebra) {
    const { C = 1, tolerance = 1e-6, maxIterations = 1000 } = settings;
    checkPositive('LogisticRegression', 'C', C);
    checkPositive('LogisticRegression', 'tolerance', tolerance);
    checkCount('LogisticRegression', 'maxIterations', maxIterations);
    this.settings = { C, tolerance, maxIterations };
    this.#algebra = algebra;
  }

  fit(x: Matrix, y: Int32Array): FittedLogisticRegression {
    return this.fitEach(x, y, [this.settings.C])[0]!;
  }

  /**
   * A fit for each of several C in place of the one in the settings, faster than one by one: they share all that depends on X
   * alone, and a larger C starts where the smaller one ended.
   */
  fitEach(x: Matrix, y: Int32Array, Cs: readonly number[]): FittedLogisticRegression[] {
    for (const C of Cs) checkPositive('LogisticRegression', 'C', C);
    checkMatrix('LogisticRegression', x);
    const { classes, index } = checkLabels('LogisticRegression', x, y);
    const means = columnMeans(x);
    const loss = new CrossEntropy(index, classes.length === 2 ? 1 : classes.length);
    return inProblemSpace(this.#algebra, centred(x, means), (space) => {
      const solver = new LogisticSolver(space, loss, this.#algebra.hasSingle);
      return inAscendingOrder(Cs, (C) => {
        const { intercepts, ...found } = solver.solve(C, this.settings);
        return new FittedLogisticRegression('LogisticRegression', this.#algebra, classes, {
          ...found,
          intercepts: shifted(intercepts, found.weights, means),
        });
      });
    });
  }
}

export class FittedLogisticRegression extends FittedLinearClassifier {
  /** `[rows, classes]` */
  probabilities(x: Matrix): Float64Array {
    return probabilitiesOf(this.decision(x), this.intercepts.length);
  }
}
