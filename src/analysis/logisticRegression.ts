import { shifted } from './affine.js';
import { centred, columnMeans } from './centre.js';
import { checkCount, checkMatrix, checkPositive } from './checks.js';
import { CrossEntropy, probabilitiesOf } from './crossEntropy.js';
import type { Estimator } from './estimator.js';
import { FittedLinearClassifier } from './fittedLinearClassifier.js';
import { checkLabels } from './labels.js';
import { holding, type LinearAlgebra } from './linearAlgebra.js';
import { minimiseLogistic } from './logisticSolver.js';
import type { Matrix } from './matrix.js';
import { plainAlgebra } from './plainAlgebra.js';

export interface LogisticSettings {
  /** `C` of `½·‖W‖² + C·Σ cross-entropy`; above 0, 1 by default. */
  readonly C?: number;
  /** Stop where no element of the gradient of `cross-entropy/n + ½·‖W‖²/(C·n)` is larger. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
}

/**
 * Multinomial logistic regression, L2 penalty on the weights and none on the intercepts, by L-BFGS; scikit-learn's
 * `LogisticRegression` (two classes: one logistic function, as there). `tolerance` means the same as there, on centred columns.
 * Memory beside X: four times its size (five for float64), and 16·columns² bytes.
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
    checkMatrix('LogisticRegression', x);
    const { classes, index } = checkLabels('LogisticRegression', x, y);
    const means = columnMeans(x);
    const loss = new CrossEntropy(index, classes.length === 2 ? 1 : classes.length);
    const arithmetic = x.data instanceof Float32Array ? 'single' : 'double';
    const { intercepts, ...found } = holding(this.#algebra, centred(x, means), (held) =>
      minimiseLogistic(this.#algebra, held, loss, this.settings, arithmetic),
    );
    return new FittedLogisticRegression('LogisticRegression', this.#algebra, classes, {
      ...found,
      intercepts: shifted(intercepts, found.weights, means),
    });
  }
}

export class FittedLogisticRegression extends FittedLinearClassifier {
  /** `[rows, classes]` */
  probabilities(x: Matrix): Float64Array {
    return probabilitiesOf(this.decision(x), this.intercepts.length);
  }
}
