import { ForeframeError } from '../../common/errors.js';
import { handedOver } from '../backend/ownVariables.js';
import tf, { type Tensor } from '../backend/tf.js';
import { isRecord } from '../spec/isRecord.js';
import type { Named } from '../spec/program.js';
import { shown } from '../spec/shown.js';

/** What an entry returns, as a record of tensors. @throws ForeframeError naming the entry when it is none. */
export function checkedOutputs(entry: string, results: unknown): Named<Tensor> {
  const wanted = 'return its outputs by name, as { loss }, or {}';
  if (results instanceof Promise) {
    // Its errors would not be handled elsewhere.
    results.catch(() => {});
    throw new ForeframeError(
      `entry ${entry} is asynchronous: what a program computes must be an ordinary function`,
    );
  }
  if (results === undefined || results === null)
    throw new ForeframeError(`entry ${entry} returns nothing: ${wanted}`);
  if (results instanceof tf.Tensor) throw new ForeframeError(`entry ${entry} returns a tensor: ${wanted}`);
  if (!isRecord(results)) throw new ForeframeError(`entry ${entry} returns ${shown(results)}: ${wanted}`);
  const outputs = Object.entries(results).map(
    ([name, value]) => [name, checkedOutput(`entry ${entry}: output ${name}`, value)] as const,
  );
  return Object.fromEntries(outputs);
}

function checkedOutput(what: string, value: unknown): Tensor {
  if (!(value instanceof tf.Tensor)) throw new ForeframeError(`${what} is not a tensor but ${shown(value)}`);
  if (value.isDisposed)
    throw new ForeframeError(`${what} was disposed of before it was returned: keep it with tf.keep`);
  if (value.dtype === 'string' || value.dtype === 'complex64')
    throw new ForeframeError(
      `${what} is ${value.dtype}: return float32, int32 or bool (tf.real and tf.imag part complex numbers)`,
    );
  return handedOver(value);
}
