import { ForeframeError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import { handedOver } from '../backend/ownVariables.js';
import tf, { type Scalar, type Tensor } from '../backend/tf.js';
import { isRecord } from '../spec/isRecord.js';
import { checkedOptimizer } from '../spec/optimizerSpec.js';
import type { OptimizerSpec } from '../spec/optimizers.js';
import type { MinimizeOptions, Named } from '../spec/program.js';
import { shown } from '../spec/shown.js';

/** Checked options of `minimize`, with the learning rate as a tensor. */
export interface CheckedMinimize {
  readonly optimizer: OptimizerSpec;
  readonly learningRate: Scalar;
  /** Names of the variables to update, each once. */
  readonly names: readonly string[];
  readonly clipNorm?: number;
  /** Prefix of the names of the optimizer's state. */
  readonly group: string;
}

/** @throws ForeframeError naming the entry and the option. */
export function checkedMinimize(
  entry: string,
  variables: Named<tf.Variable>,
  loss: unknown,
  options: MinimizeOptions,
): CheckedMinimize {
  const where = `entry ${entry}, minimize`;
  if (typeof loss !== 'function')
    throw new ForeframeError(
      `${where}: the loss is ${shown(loss)}: give a function that computes it, as () => tf.mean(…)`,
    );
  if (!isRecord(options)) throw new ForeframeError(`${where}: give { optimizer, learningRate }`);
  const { optimizer, learningRate, clipNorm, name: group = 'optimizer' } = options;
  if (clipNorm !== undefined && !(typeof clipNorm === 'number' && clipNorm > 0))
    throw new ForeframeError(`${where}: clipNorm is ${shown(clipNorm)}: give a number above 0`);
  checkGroup(where, group, variables);
  return {
    optimizer: checkedOptimizer(where, optimizer),
    learningRate: checkedRate(where, learningRate),
    names: namesToMove(where, variables, options.variables),
    clipNorm,
    group,
  };
}

function checkGroup(where: string, group: unknown, variables: Named<tf.Variable>) {
  if (typeof group !== 'string' || group === '' || /^random(\/|$)/.test(group))
    throw new ForeframeError(`${where}: name is ${shown(group)}: give a word, as 'critic'`);
  const taken = Object.keys(variables).find((name) => name.startsWith(`${group}/`));
  if (taken)
    throw new ForeframeError(
      `${where}: the optimizer keeps its state under ${group}/…, where the variable ${taken} is: give either another name`,
    );
}

function checkedRate(where: string, rate: unknown): Scalar {
  if (typeof rate === 'number' && Number.isFinite(rate)) return tf.scalar(rate);
  if (rate instanceof tf.Tensor && rate.rank === 0 && rate.dtype !== 'string' && rate.dtype !== 'complex64')
    return rate.dtype === 'float32' ? (handedOver(rate) as Scalar) : (tf.cast(rate, 'float32') as Scalar);
  const what =
    rate instanceof tf.Tensor ? `a ${rate.dtype} tensor of the shape [${rate.shape}]` : shown(rate);
  throw new ForeframeError(
    `${where}: learningRate is ${what}: give a number, or an input of the entry to change it from step to step`,
  );
}

function namesToMove(where: string, variables: Named<tf.Variable>, asked: readonly string[] | undefined) {
  const there = Object.keys(variables);
  if (asked !== undefined && !(Array.isArray(asked) && asked.every((name) => typeof name === 'string')))
    throw new ForeframeError(`${where}: variables is ${shown(asked)}: give a list of names`);
  const unknown = asked?.find((name) => !Object.hasOwn(variables, name));
  if (unknown !== undefined)
    throw new ForeframeError(`${where}: no variable ${unknown}; there are: ${there.join(', ')}`);
  const whole = asked?.find((name) => required(variables, name).dtype !== 'float32');
  if (whole !== undefined)
    throw new ForeframeError(
      `${where}: variable ${whole} is int32: only float32 can be moved down a gradient`,
    );
  const names = [...new Set(asked ?? there.filter((name) => required(variables, name).dtype === 'float32'))];
  if (names.length === 0) throw new ForeframeError(`${where}: there is no float32 variable to move`);
  return names;
}

/** @throws ForeframeError unless a loss gave one float32 number. */
export function checkLoss(entry: string, value: unknown): asserts value is Scalar {
  const where = `entry ${entry}, minimize: the loss`;
  if (!(value instanceof tf.Tensor))
    throw new ForeframeError(
      `${where} gives ${value instanceof Promise ? 'a promise' : shown(value)}: it must give a tensor`,
    );
  const { shape, dtype } = value as Tensor;
  if (shape.length > 0)
    throw new ForeframeError(
      `${where} has the shape [${shape}]: it must be a scalar, as tf.mean or tf.sum make one`,
    );
  if (dtype !== 'float32') throw new ForeframeError(`${where} is ${dtype}: it must be float32`);
}
