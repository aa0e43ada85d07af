import { ForeframeError, UsageError } from '../common/errors.js';
import { checkPositive } from './checks.js';
import { pickColumns } from './columnwise.js';
import type { Estimator } from './estimator.js';
import { leaveOneOutErrors } from './leaveOneOut.js';
import { type HeldMatrix, holding, type LinearAlgebra } from './linearAlgebra.js';
import type { Matrix } from './matrix.js';
import { plainAlgebra } from './plainAlgebra.js';
import {
  type CentredProblem,
  centredProblem,
  FittedRidge,
  type RegressionTargets,
  solveRidge,
} from './ridge.js';

export interface RidgeCVSettings {
  /** The penalties to choose from, each above 0; 10⁻³ … 10⁶ in half decades by default. */
  readonly penalties?: readonly number[];
  /** Choose a penalty for every target; else one for all, by the mean of their errors. */
  readonly perTarget?: boolean;
}

const DEFAULT_PENALTIES: readonly number[] = Array.from({ length: 19 }, (_, i) => 10 ** (i / 2 - 3));

/** Ridge regression that chooses its penalty by exact leave-one-out error; scikit-learn's `RidgeCV` with `cv=None`. */
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
    return holding(this.#algebra, problem.x, (held) => {
      const { penalties, perTarget } = this.settings;
      const errors = leaveOneOutErrors(this.#algebra, held, problem, penalties);
      const chosen = choose(penalties, errors, problem.targets, perTarget);
      const weights = this.#solve(held, problem, chosen);
      return new FittedRidgeCV(this.#algebra, weights, problem, chosen, errors);
    });
  }

  /** Targets that chose the same penalty are solved together. */
  #solve(held: HeldMatrix, problem: CentredProblem, chosen: readonly number[]): Float64Array {
    const k = problem.targets;
    const weights = new Float64Array(held.columns * k);
    for (const penalty of new Set(chosen)) {
      const members = Array.from({ length: k }, (_, c) => c).filter((c) => chosen[c] === penalty);
      const y = pickColumns(problem.y, k, members);
      const part = solveRidge(this.#algebra, held, { x: problem.x, y, targets: members.length }, penalty);
      for (let j = 0; j < held.columns; j++)
        members.forEach((c, at) => {
          weights[j * k + c] = part[j * members.length + at]!;
        });
    }
    return weights;
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
