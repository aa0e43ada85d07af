import { ForeframeError } from '../../common/errors.js';
import { nearest } from '../../common/text/nearest.js';
import tf from '../backend/tf.js';
import { isRecord } from './isRecord.js';
import type { Feed, InputSpec, Named } from './program.js';
import { shown } from './shown.js';

type Values = Float32Array | Int32Array | Uint8Array;

/**
 * The record that is fed. Additional keys are ignored: all inputs are required, so that a mistyped name
 * is noticed. @throws ForeframeError when it is not a record, or when an input is missing.
 */
export function checkFeeds(entry: string, inputs: Named<InputSpec>, feeds: unknown): void {
  const names = Object.keys(inputs);
  if (!isRecord(feeds))
    throw new ForeframeError(
      `entry ${entry} was fed ${shown(feeds)}: feed its inputs by name, as { ${names.join(', ')} }`,
    );
  const fed: Named<unknown> = feeds;
  const missing = names.find((name) => fed[name] === undefined || fed[name] === null);
  if (missing === undefined) return;
  const others = Object.keys(fed).filter((name) => !Object.hasOwn(inputs, name));
  const guess = nearest(missing, others);
  throw new ForeframeError(
    `input ${entry}.${missing} is missing${guess ? `: ${guess} was fed, which is no input` : ''}`,
  );
}

/**
 * The values of one input in the array type of its dtype: the fed array itself where it is of that type already.
 * @throws ForeframeError naming the input: no values, too few or too many, values that its type does not hold.
 */
export function feedValues(name: string, { shape, dtype }: InputSpec, feed: Feed): Values {
  const values = typeof feed === 'number' ? [feed] : feed;
  checkKind(name, values);
  const size = shape.reduce((a, b) => a * b, 1);
  if (values.length !== size)
    throw new ForeframeError(`input ${name} holds ${values.length} values, [${shape}] needs ${size}`);
  return typed(name, dtype, values);
}

function checkKind(name: string, values: unknown) {
  if (values instanceof tf.Tensor)
    throw new ForeframeError(`input ${name} is a tensor: feed its values, as tensor.dataSync() gives them`);
  const listed = Array.isArray(values) && values.every((value) => typeof value === 'number');
  const numbers = ArrayBuffer.isView(values) && !(values instanceof DataView) && !isBig(values);
  if (!listed && !numbers)
    throw new ForeframeError(
      `input ${name} is ${shown(values)}: feed a number or a flat Float32Array, Int32Array or Uint8Array`,
    );
}

function isBig(values: ArrayBufferView): boolean {
  return values instanceof BigInt64Array || values instanceof BigUint64Array;
}

const RANGES = {
  int32: { type: Int32Array, what: 'an int32' },
  uint8: { type: Uint8Array, what: 'a byte (0 … 255)' },
} as const;

function typed(name: string, dtype: InputSpec['dtype'], values: ArrayLike<number>): Values {
  if (dtype === 'float32') return values instanceof Float32Array ? values : Float32Array.from(values);
  const { type, what } = RANGES[dtype];
  if (values instanceof type) return values;
  const converted = type.from(values);
  const lost = converted.findIndex((value, i) => value !== values[i]);
  if (lost >= 0) throw new ForeframeError(`input ${name} holds ${values[lost]}, which is not ${what}`);
  return converted;
}
