import { maxPooling, meanPooling, poolingWinners, spread } from '../../nn/pooling.js';
import { stopGradient } from '../../nn/stopGradient.js';
import tf, { type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { NrmLayer, Switches } from '../nrm/index.js';

/** Slope of LeakyReLU where it leaks. */
const LEAK = 0.1;

/**
 * z⁰: the likeliest switches where there is no data term, from b + R ∗ m alone. A unit is on unless that is negative, and the place
 * where it is largest wins its window.
 *
 * Choices have no gradient. Backwards they count as what they are the limit of, the probabilities σ(s) of a unit's being on
 * and softmax(s) of its places ("straight through": Bengio, Léonard & Courville, arXiv 1308.3432): R would else learn nothing
 * from a prediction.
 * @param score b + R ∗ m, `[n, height, width, filters]` before pooling
 */
export function expectedSwitches({ pool }: NrmLayer, score: Tensor4D, leaks: boolean): Switches {
  if (pool?.kind !== 'max') return { active: expectedActive(score, leaks) };
  const pooled = maxPooling(score, pool.size);
  const winners = straightThrough(
    poolingWinners(score, pooled, pool.size),
    placeShares(score, pooled, pool.size),
  );
  return { active: expectedActive(pooled, leaks), winners };
}

/** Softmax over the places of each window. */
function placeShares(score: Tensor4D, pooled: Tensor4D, size: number): Tensor4D {
  const [, height, width] = score.shape;
  /** A value per window at each of its places; `spread` shares it out. */
  const everywhere = (x: Tensor4D) => spread(tf.mul(x, size ** 2), size, height, width);
  // Less the window's highest, so that no exponential overflows.
  const raised = tf.exp(tf.minimum(tf.sub(score, everywhere(stopGradient(pooled))), 0)) as Tensor4D;
  const total = tf.mul(meanPooling(raised, size), size ** 2) as Tensor4D;
  return tf.mul(raised, everywhere(tf.reciprocal(total)));
}

/** A unit with a score of 0 counts as on: with b = 0 and R = 0, as at first, everything would otherwise be off and stay off. */
function expectedActive(score: Tensor4D, leaks: boolean): Tensor4D {
  const on: Tensor4D = tf.cast(tf.greaterEqual(stopGradient(score), 0), 'float32');
  const active = straightThrough(on, tf.sigmoid(score));
  return leaks ? tf.add(tf.mul(active, 1 - LEAK), LEAK) : active;
}

/** The value of one, the gradient of the other. */
function straightThrough(value: Tensor4D, smooth: Tensor4D): Tensor4D {
  return tf.add(value, tf.sub(smooth, stopGradient(smooth)));
}
