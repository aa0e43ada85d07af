import { type Moments, momentsOf } from '../../nn/batchNorm.js';
import { stopGradient } from '../../nn/stopGradient.js';
import tf, { type Scalar, type Tensor4D } from '../../tensorflow/backend/tf.js';

/** What a variance is at least: a channel that is off everywhere would else weigh infinitely much. */
const EPSILON = 1e-3;

/**
 * L_MM = Σ_ℓ mean_c ½ [(m̂ − m)² / v + v̂ / v − log(v̂ / v) − 1] (Ho et al., arXiv 1811.02657): what is rendered should have the
 * mean and variance of what was inferred, by layer and channel, as normal distributions KL(rendered ‖ inferred). In place of
 * non-negativity with batch normalisation. The inferred moments are a target: no gradient into them.
 * @param rendered h of each layer, `[n, height, width, c]`
 * @param inferred ψ of each layer, of the same shapes, or its moments
 */
export function momentMatching(
  rendered: readonly Tensor4D[],
  inferred: readonly (Tensor4D | Moments)[],
): Scalar {
  const apart = rendered.map((h, index) => {
    const drawn = momentsOf(h);
    const found = inferred[index]!;
    const seen = 'variance' in found ? found : momentsOf(found);
    const variance = tf.add(stopGradient(seen.variance), EPSILON);
    const ratio = tf.div(tf.add(drawn.variance, EPSILON), variance);
    const shift = tf.div(tf.square(tf.sub(drawn.mean, stopGradient(seen.mean))), variance);
    return tf.mul(tf.mean(tf.sub(tf.sub(tf.add(shift, ratio), tf.log(ratio)), 1)), 0.5);
  });
  return tf.addN(apart) as Scalar;
}
