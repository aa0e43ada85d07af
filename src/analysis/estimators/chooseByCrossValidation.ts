import { UsageError } from '../../common/errors.js';
import type { Matrix } from '../algebra/matrix.js';
import { selectRows } from '../algebra/matrix.js';
import type { Fold } from './splits.js';
import { StandardScaler } from './standardScaler.js';

/** A fitted model that scores other rows. */
export interface Scoring<Target> {
  score(x: Matrix, y: Target): number;
}

export interface CrossValidation<Settings, Target> {
  readonly grid: readonly Settings[];
  /** `(settings) => new LinearSvm(settings, algebra)`: every estimator of numbers or classes. */
  readonly estimator: (settings: Settings) => { fit(x: Matrix, y: Target): Scoring<Target> };
  /** Fits all settings of the grid in place of `estimator`, where together is faster: `LinearSvm.fitEach`. */
  readonly fitEach?: (x: Matrix, y: Target, grid: readonly Settings[]) => readonly Scoring<Target>[];
  readonly folds: readonly Fold[];
  /** Standardise the columns, by what is found in each fold's training rows only. */
  readonly standardise?: boolean;
  readonly onFold?: (done: number, all: number) => void;
}

export interface Choice<Settings> {
  /** The settings of the largest mean score; of equal ones the first in the grid. */
  readonly best: Settings;
  readonly scores: readonly {
    readonly settings: Settings;
    readonly mean: number;
    readonly folds: readonly number[];
  }[];
}

/** Choose settings from a grid by their mean score over folds. Fit the chosen ones to all rows afterwards. */
export function chooseByCrossValidation<Settings, Target extends Int32Array | Float64Array>(
  x: Matrix,
  y: Target,
  {
    grid,
    estimator,
    folds,
    standardise = false,
    onFold = () => {},
    ...rest
  }: CrossValidation<Settings, Target>,
): Choice<Settings> {
  if (grid.length === 0) throw new UsageError('cross-validation: the grid is empty');
  if (folds.length === 0) throw new UsageError('cross-validation: there are no folds');
  const scores = grid.map((): number[] => []);
  folds.forEach(({ train, test }, fold) => {
    const scaler = standardise ? new StandardScaler().fit(selectRows(x, train)) : undefined;
    const part = (rows: Int32Array) => {
      const selected = selectRows(x, rows);
      return scaler ? scaler.transform(selected) : selected;
    };
    const [known, held] = [part(train), part(test)];
    const [knownY, heldY] = [pick(y, train), pick(y, test)];
    const together = rest.fitEach?.(known, knownY, grid);
    grid.forEach((settings, at) => {
      const fitted = together?.[at] ?? estimator(settings).fit(known, knownY);
      scores[at]!.push(fitted.score(held, heldY));
      onFold(fold * grid.length + at + 1, folds.length * grid.length);
    });
  });
  const means = scores.map((each) => each.reduce((sum, value) => sum + value, 0) / each.length);
  let best = 0;
  means.forEach((mean, at) => {
    if (mean > means[best]!) best = at;
  });
  return {
    best: grid[best]!,
    scores: grid.map((settings, at) => ({ settings, mean: means[at]!, folds: scores[at]! })),
  };
}

/** Targets of some rows, of the same kind. */
function pick<Target extends Int32Array | Float64Array>(y: Target, rows: Int32Array): Target {
  const result = y.slice(0, rows.length) as Target;
  rows.forEach((row, i) => {
    result[i] = y[row]!;
  });
  return result;
}
