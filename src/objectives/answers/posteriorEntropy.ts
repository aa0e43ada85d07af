import tf, { type Scalar } from '../../tensorflow/backend/tf.js';

/**
 * Mean over images of the class posterior's entropy, −Σ_y q log q: entropy minimisation (Grandvalet & Bengio 2004), which makes
 * answers sure. The neural rendering model's public code does this under the name of the KL divergence; with equal class shares
 * it is a constant minus `klDivergence`.
 * @param logits `[n, classes]`
 */
export function posteriorEntropy(logits: tf.Tensor2D): Scalar {
  const logPosterior = tf.logSoftmax(logits);
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.exp(logPosterior), logPosterior), 1)));
}
