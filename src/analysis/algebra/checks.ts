import { ForeframeError, UsageError } from '../../common/errors.js';
import type { Matrix } from './matrix.js';

/**
 * @param who names the estimator in messages.
 * @throws ForeframeError unless `x` holds at least one row and column of finite numbers.
 */
export function checkMatrix(who: string, x: Matrix, name = 'X'): void {
  checkShape(who, x, name);
  checkFinite(who, x, name);
}

/** `checkMatrix` without checking the numbers. */
export function checkShape(who: string, x: Matrix, name = 'X'): void {
  if (!(x.data instanceof Float32Array || x.data instanceof Float64Array))
    throw new ForeframeError(`${who}: ${name} must hold a Float32Array or Float64Array`);
  if (!isCount(x.rows) || !isCount(x.columns) || x.data.length === 0)
    throw new ForeframeError(`${who}: ${name} is empty (${x.rows} × ${x.columns}): nothing to learn from`);
  if (x.data.length !== x.rows * x.columns) {
    throw new ForeframeError(
      `${who}: ${name} says ${x.rows} × ${x.columns} but holds ${x.data.length} numbers`,
    );
  }
}

/** Checks only the numbers. */
export function checkFinite(who: string, x: Matrix, name = 'X'): void {
  const bad = firstNotFinite(x.data);
  if (bad >= 0) {
    throw new ForeframeError(
      `${who}: ${name} holds ${x.data[bad]} in row ${Math.floor(bad / x.columns)}, column ${bad % x.columns}: ` +
        'leave such rows out',
    );
  }
}

/** @throws ForeframeError unless `x` has the columns that were fitted and finite numbers. */
export function checkFeatures(who: string, x: Matrix, columns: number): void {
  checkMatrix(who, x);
  if (x.columns !== columns)
    throw new ForeframeError(`${who}: X has ${x.columns} columns but was fitted on ${columns}`);
}

/** @throws ForeframeError unless there is one finite target for every row. */
export function checkTargets(who: string, x: Matrix, y: Float64Array): void {
  checkLength(who, x, y);
  const bad = firstNotFinite(y);
  if (bad >= 0) throw new ForeframeError(`${who}: y holds ${y[bad]} in row ${bad}: leave such rows out`);
}

/** @throws ForeframeError unless there is one label for every row. */
export function checkLength(who: string, x: Matrix, y: ArrayLike<number>): void {
  if (y.length !== x.rows)
    throw new ForeframeError(`${who}: X has ${x.rows} rows but y has ${y.length} values`);
}

/** @throws UsageError naming the setting unless `value` is a finite number above 0. */
export function checkPositive(who: string, name: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0))
    throw new UsageError(`${who}: ${name} must be a number above 0, not ${value}`);
}

/** @throws UsageError naming the setting unless `value` is a whole number from `least`. */
export function checkCount(who: string, name: string, value: number, least = 1): void {
  if (!Number.isInteger(value) || value < least)
    throw new UsageError(`${who}: ${name} must be a whole number from ${least}, not ${value}`);
}

/** @throws UsageError naming the setting unless `value` is one of `choices`. */
export function checkChoice(who: string, name: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value))
    throw new UsageError(`${who}: ${name} must be ${choices.join(' or ')}, not ${value}`);
}

function firstNotFinite(values: Float32Array | Float64Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) return i;
  return -1;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}
