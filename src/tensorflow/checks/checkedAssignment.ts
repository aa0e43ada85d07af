import { ForeframeError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import { handedOver } from '../backend/ownVariables.js';
import tf, { type Tensor } from '../backend/tf.js';
import type { Named } from '../spec/program.js';
import { shown } from '../spec/shown.js';

/** The value that `step.assign` sets. @throws ForeframeError naming the entry and the variable when it cannot be set to it. */
export function checkedAssignment(
  entry: string,
  variables: Named<tf.Variable>,
  name: string,
  value: unknown,
): Tensor {
  const where = `entry ${entry}, assign`;
  if (!Object.hasOwn(variables, name))
    throw new ForeframeError(
      `${where}: no variable ${name}; there are: ${Object.keys(variables).join(', ')}`,
    );
  const { shape, dtype } = required(variables, name);
  if (!(value instanceof tf.Tensor))
    throw new ForeframeError(`${where}: variable ${name} is to be ${shown(value)}: give a tensor`);
  if (value.shape.join() !== shape.join())
    throw new ForeframeError(`${where}: variable ${name} is [${shape}], the value is [${value.shape}]`);
  if (value.dtype !== dtype)
    throw new ForeframeError(`${where}: variable ${name} is ${dtype}, the value is ${value.dtype}: cast it`);
  return handedOver(value);
}
