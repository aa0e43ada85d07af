import type { Rung } from '../../models/index.js';
import { deviationOf, momentsOf, normalizedBy } from '../../nn/batchNorm.js';
import tf, { type Scalar, type Tensor, type Tensor5D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import type { Look, ReadOptions } from '../classification/look.js';

/** The highest rung: the logits, normalised. */
export const ANSWERS = 'answers';

/** A way up of a ladder network. */
export interface Climb {
  /** `[n, classes]` */
  readonly logits: tf.Tensor2D;
  /** Every layer that the network opens to noise, and the answers, normalised; with their noise. */
  readonly rungs: Named<Omit<Rung, 'name'>>;
}

/**
 * Read samples with normal noise on every layer that takes it, and on the answers, each by its own deviation.
 * @param noise standard deviation; 0 for the clean way
 */
export function climb(
  look: Pick<Look, 'read' | 'randomNormal'>,
  samples: Tensor5D,
  noise: number,
  how: ReadOptions = {},
): Climb {
  const rungs: Named<Omit<Rung, 'name'>> = {};
  const noisy = <T extends Tensor>(x: T): T =>
    noise > 0 ? tf.add(x, tf.mul(look.randomNormal(x.shape), noise)) : x;
  const put = ({ name, value, moments }: Rung) => {
    const changed = noisy(value);
    rungs[name] = { value: changed, moments };
    return changed;
  };
  const answers = look.read(samples, { ...how, atRung: put });
  const moments = momentsOf(answers);
  const top = put({ name: ANSWERS, value: normalizedBy(answers, moments), moments });
  const logits = tf.add(tf.mul(top, deviationOf(moments)), moments.mean) as tf.Tensor2D;
  return { logits, rungs };
}

/**
 * Mean squared error of a guess at a clean rung. The guess is normalised by the clean rung's moments: a way up that shrinks what it
 * gives cannot make the error small.
 */
export function denoisingCost({ value, moments }: Omit<Rung, 'name'>, guess: Tensor): Scalar {
  return tf.mean(tf.square(tf.sub(value, normalizedBy(guess, moments))));
}
