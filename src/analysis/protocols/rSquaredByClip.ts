import { type BootstrapOptions, bootstrapInterval, type Interval } from '../bootstrap.js';

/** Truth and squared errors of a regression, from which R² of any draw of its rows follows. */
export interface RegressionErrors {
  /** `[rows, k]` */
  readonly truth: ArrayLike<number>;
  /** `[rows, k]` */
  readonly squaredErrors: ArrayLike<number>;
  readonly k: number;
}

/** R² of the rows with these numbers, of one target or the mean over all; not a number where a target does not vary. */
export function rSquaredOfRows(
  { truth, squaredErrors, k }: RegressionErrors,
  rows: Int32Array,
  target?: number,
): number {
  const targets = target === undefined ? Array.from({ length: k }, (_, c) => c) : [target];
  let sum = 0;
  for (const c of targets) {
    let mean = 0;
    for (const row of rows) mean += truth[row * k + c]! / rows.length;
    let [left, all] = [0, 0];
    for (const row of rows) {
      left += squaredErrors[row * k + c]!;
      all += (truth[row * k + c]! - mean) ** 2;
    }
    sum += all > 0 ? 1 - left / all : Number.NaN;
  }
  return sum / targets.length;
}

/** R² and its bootstrap interval over groups of rows (clips). */
export function rSquaredInterval(
  errors: RegressionErrors,
  options: BootstrapOptions,
  target?: number,
): Interval {
  const rows = errors.truth.length / errors.k;
  return bootstrapInterval(rows, (drawn) => rSquaredOfRows(errors, drawn, target), options);
}
