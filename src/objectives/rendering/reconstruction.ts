import tf, { type Scalar, type Tensor } from '../../tensorflow/backend/tf.js';

/**
 * L_RC = ½ mean (x − h₀)², over everything (Ho et al., arXiv 1811.02657): −log p(x | ŷ, z*) of the rendering model but for its
 * constant and the noise's scale.
 * @param rendered h₀(ŷ, z*), of the shape of `x`
 */
export function reconstructionLoss(x: Tensor, rendered: Tensor): Scalar {
  return tf.mul(tf.mean(tf.square(tf.sub(x, rendered))), 0.5);
}
