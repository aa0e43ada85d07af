import tf, { type Scalar, type Tensor } from '../../tensorflow/backend/tf.js';

/**
 * L_NN = Σ_ℓ mean ReLU(−h_ℓ)² (Nguyen, Patel & Baraniuk, arXiv 1612.01936): what is rendered should be non-negative, which the
 * network's being the best explanation of an image rests on.
 * @param maps rendered h of each layer
 */
export function nonNegativity(maps: readonly Tensor[]): Scalar {
  return tf.addN(maps.map((h) => tf.mean(tf.square(tf.relu(tf.neg(h)))))) as Scalar;
}
