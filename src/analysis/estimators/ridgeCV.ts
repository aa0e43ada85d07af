import { ForeframeError, UsageError } from '../../common/errors.js';
import { checkPositive } from '../algebra/checks.js';
import { type HeldMatrix, holding, type LinearAlgebra } from '../algebra/linearAlgebra.js';
import type { Matrix } from '../algebra/matrix.js';
import { plainAlgebra } from '../algebra/plainAlgebra.js';
import type { Estimator } from './estimator.js';
import { ridgeSpectrum } from './leaveOneOut.js';
import { type CentredProblem, centredProblem, FittedRidge, type RegressionTargets } from './ridge.js';

export interface RidgeCVSettings {
  /** The penalties to choose from, each above 0; 10⁻³ … 10⁶ in half decades by default. */
  readonly penalties?: readonly number[];
  /** Choose a penalty for every target; else one for all, by the mean of their errors. */
  readonly perTarget?: boolean;
}

const DEFAULT_PENALTIES: readonly number[] = Array.from({ length: 19 }, (_, i) => 10 ** (i / 2 - 3));

/**
 * Ridge regression that chooses its penalty by exact leave-one-out error; scikit-learn's `RidgeCV` with `cv=None`. One
 * eigendecomposition of the smaller of `XᵀX` and `XXᵀ` serves all penalties and targets. Memory beside X: eight times its size
 * (for float64 four times), and 40 bytes for every element of that matrix.
 */
export class RidgeCV implements Estimator<RidgeCVSettings, RegressionTargets, FittedRidgeCV> {
  readonly settings: Readonly<Required<RidgeCVSettings>>;
  readonly #algebra: LinearAlgebra;

  constructor(settings: RidgeCVSettings = {}, algebra: LinearAlgebra = plainAlgebra) {
    const { penalties = DEFAULT_PENALTIES, perTarget = false } = settings;
    if (penalties.length === 0) throw new UsageError('RidgeCV: penalties must name one penalty or more');
    for (const penalty of penalties) checkPositive('RidgeCV', 'penalties', penalty);
    this.settings = { penalties: [...penalties], perTarget };
    this.#algebra = algebra;
  }

  fit(x: Matrix, y: RegressionTargets): FittedRidgeCV {
    const problem = centredProblem('RidgeCV', x, y);
    if (x.rows < 3) throw new ForeframeError(`RidgeCV: ${x.rows} rows are too few to leave one out of them`);
    const choosing = (held: HeldMatrix) => {
      const { penalties, perTarget } = this.settings;
      const spectrum = ridgeSpectrum(this.#algebra, held, problem);
      const errors = spectrum.leaveOneOutErrors(penalties);
      const chosen = choose(penalties, errors, problem.targets, perTarget);
      return new FittedRidgeCV(this.#algebra, spectrum.weights(chosen), problem, chosen, errors);
    };
    return holding(this.#algebra, x, choosing, problem.xMeans);
  }
}

/** The penalty of least error, for every target; of equal ones the first. */
function choose(
  penalties: readonly number[],
  errors: readonly Float64Array[],
  targets: number,
  perTarget: boolean,
): number[] {
  const best = (errorOf: (row: Float64Array) => number) => {
    let least = 0;
    errors.forEach((row, at) => {
      if (errorOf(row) < errorOf(errors[least]!)) least = at;
    });
    return penalties[least]!;
  };
  if (perTarget) return Array.from({ length: targets }, (_, c) => best((row) => row[c]!));
  return new Array<number>(targets).fill(best((row) => row.reduce((sum, value) => sum + value / targets, 0)));
}

export class FittedRidgeCV extends FittedRidge {
  /** The penalty of every target. */
  readonly penalties: readonly number[];
  /** Leave-one-out mean squared errors, `[penalties of the grid][targets]`. */
  readonly errors: readonly Float64Array[];

  constructor(
    algebra: LinearAlgebra,
    weights: Float64Array,
    problem: CentredProblem,
    penalties: readonly number[],
    errors: readonly Float64Array[],
  ) {
    super('RidgeCV', algebra, weights, problem);
    this.penalties = penalties;
    this.errors = errors;
  }
}
