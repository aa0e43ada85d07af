import { ForeframeError } from '../../common/errors.js';
import { shown } from './shown.js';

/** The most values of one JavaScript array. */
const MOST = 2 ** 31 - 1;

/** @throws ForeframeError after `what` unless `shape` is a list of whole numbers of a size that can be. */
export function checkShape(what: string, shape: unknown): asserts shape is readonly number[] {
  const fine = Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0);
  if (!fine)
    throw new ForeframeError(
      `${what} has the shape ${shown(shape)}: write a list of whole numbers, as [2, 3], and [] for a single number`,
    );
  if (shape.reduce((a: number, b: number) => a * b, 1) > MOST)
    throw new ForeframeError(`${what} has the shape [${shape}]: that is more than ${MOST} values`);
}

/** @throws ForeframeError after `what` unless `value` is a shape with its float32 or int32 values. */
export function checkHostArray(what: string, value: unknown): void {
  if (typeof value !== 'object' || value === null)
    throw new ForeframeError(`${what} is ${shown(value)}: write { shape, data }`);
  const { shape, data } = value as { shape?: unknown; data?: unknown };
  checkShape(what, shape);
  if (!(data instanceof Float32Array || data instanceof Int32Array))
    throw new ForeframeError(
      `${what} has ${data === undefined ? 'no data' : `data that is ${shown(data)}`}: give a Float32Array or an Int32Array`,
    );
  const size = shape.reduce((a, b) => a * b, 1);
  if (data.length !== size)
    throw new ForeframeError(`${what} holds ${data.length} values, its shape [${shape}] needs ${size}`);
}
