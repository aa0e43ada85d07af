import { type BootstrapOptions, bootstrapInterval, type Interval, quantile } from '../scores/bootstrap.js';

/** Truth and squared errors of a regression, from which R² of any draw of its rows follows. */
export interface RegressionErrors {
  /** `[rows, k]` */
  readonly truth: ArrayLike<number>;
  /** `[rows, k]` */
  readonly squaredErrors: ArrayLike<number>;
  readonly k: number;
}

/** R² of the rows with these numbers, of one target or the mean over all; not a number where a target does not vary. */
export function rSquaredOfRows(errors: RegressionErrors, rows: Int32Array, target?: number): number {
  if (target !== undefined) return rSquaredOfTarget(errors, rows, target);
  let sum = 0;
  for (let c = 0; c < errors.k; c++) sum += rSquaredOfTarget(errors, rows, c);
  return sum / errors.k;
}

function rSquaredOfTarget(
  { truth, squaredErrors, k }: RegressionErrors,
  rows: Int32Array,
  c: number,
): number {
  let mean = 0;
  for (let i = 0; i < rows.length; i++) mean += truth[rows[i]! * k + c]! / rows.length;
  let [left, all] = [0, 0];
  let varies = false;
  for (let i = 0; i < rows.length; i++) {
    const at = rows[i]! * k + c;
    // Of equal numbers the mean is another by its rounding, and `all` is not quite 0.
    varies ||= truth[at] !== truth[rows[0]! * k + c];
    left += squaredErrors[at]!;
    all += (truth[at]! - mean) ** 2;
  }
  return varies && all > 0 ? 1 - left / all : Number.NaN;
}

/** R² and its bootstrap interval over groups of rows (clips). */
export function rSquaredInterval(errors: RegressionErrors, options: BootstrapOptions): Interval {
  const rows = errors.truth.length / errors.k;
  return bootstrapInterval(rows, (drawn) => rSquaredOfRows(errors, drawn), options);
}

/** Draws of the rows that `bootstrapInterval` makes with these options: for the intervals of many targets at once. */
export function bootstrapDraws(size: number, options: BootstrapOptions): Int32Array[] {
  const drawn: Int32Array[] = [];
  const keep = (rows: Int32Array) => {
    drawn.push(rows);
    return 0;
  };
  bootstrapInterval(size, keep, options);
  // The last draw is all rows once.
  return drawn.slice(0, -1);
}

/** R² of each target and their mean, with 95 % of these draws; draws in which a target does not vary are left out. */
export function rSquaredIntervals(
  errors: RegressionErrors,
  draws: readonly Int32Array[],
): { readonly mean: Interval; readonly targets: readonly Interval[] } {
  const { truth, k } = errors;
  const all = Int32Array.from({ length: truth.length / k }, (_, row) => row);
  const of = Array.from({ length: k }, (_, c) => ({
    value: rSquaredOfTarget(errors, all, c),
    drawn: draws.map((rows) => rSquaredOfTarget(errors, rows, c)),
  }));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    mean: intervalOf(
      sum(of.map(({ value }) => value)) / k,
      draws.map((_, draw) => sum(of.map(({ drawn }) => drawn[draw]!)) / k),
    ),
    targets: of.map(({ value, drawn }) => intervalOf(value, drawn)),
  };
}

function intervalOf(value: number, drawn: readonly number[]): Interval {
  const sorted = drawn.filter((each) => !Number.isNaN(each)).sort((a, b) => a - b);
  return { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}
