import tf, { type Tensor } from '../tensorflow/backend/tf.js';
import { stopGradient } from './stopGradient.js';

/** Where the numbers come from that decide which units are dropped: uniform in [0, 1), of any shape. */
export type DropoutDraws = (shape: readonly number[]) => Tensor;

/** 0 for each unit that is dropped, 1 / (1 − share) for the others: the mean stays. @throws Error without draws */
export function dropoutMask<T extends Tensor>(
  shape: readonly number[],
  share: number,
  randomUniform: DropoutDraws | undefined,
): T {
  if (!randomUniform) throw new Error('a network that drops units needs randomUniform to train');
  const drawn = randomUniform(shape);
  return tf.mul(tf.cast(tf.greaterEqual(stopGradient(drawn), share), 'float32'), 1 / (1 - share));
}
