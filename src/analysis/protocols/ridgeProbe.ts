import { ForeframeError } from '../../common/errors.js';
import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import type { DoubleMatrix, Matrix } from '../algebra/matrix.js';
import { RidgeCV } from '../estimators/ridgeCV.js';
import { StandardScaler } from '../estimators/standardScaler.js';

export interface RidgeAnswer {
  /** `[rows, targets]` */
  readonly predictions: Float64Array;
  /** Penalty of each target, chosen by leave-one-out error on the training rows. */
  readonly penalties: readonly number[];
}

/** Ridge regression of targets on latents, both standardised on the training rows, and its predictions for other rows. */
export function ridgeProbe(
  train: { readonly x: Matrix; readonly y: DoubleMatrix },
  x: Matrix,
  algebra?: LinearAlgebra,
): RidgeAnswer {
  const scaler = new StandardScaler().fit(train.x);
  const targets = new StandardScaler().fit(train.y);
  const fitted = new RidgeCV({ perTarget: true }, algebra).fit(
    scaler.transform(train.x),
    targets.transform(train.y),
  );
  const k = train.y.columns;
  const predictions = fitted
    .predict(scaler.transform(x))
    .map((value, i) => value * targets.deviations[i % k]! + targets.means[i % k]!);
  return { predictions, penalties: fitted.penalties };
}

/** @throws ForeframeError naming a target that does not vary */
export function checkVaries(names: readonly string[], y: DoubleMatrix): void {
  const constant = constantColumns(y)[0];
  if (constant === undefined) return;
  throw new ForeframeError(
    `${names[constant]} is ${y.data[constant]} in all training rows: there is nothing to regress`,
  );
}

/** Numbers of the columns that hold one value only. */
export function constantColumns({ rows, columns, data }: DoubleMatrix): number[] {
  const varies = (c: number) => {
    for (let i = 1; i < rows; i++) if (data[i * columns + c] !== data[c]) return true;
    return false;
  };
  return Array.from({ length: columns }, (_, c) => c).filter((c) => !varies(c));
}
