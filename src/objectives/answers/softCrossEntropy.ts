import tf, { type Scalar } from '../../tensorflow/backend/tf.js';

/**
 * Mean over images of −Σ_y p(y) log q(y): cross-entropy with given class probabilities: the textbook's. No gradient is kept from p.
 * @param given p, `[n, classes]`
 * @param logits of q, `[n, classes]`
 */
export function softCrossEntropy(given: tf.Tensor2D, logits: tf.Tensor2D): Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(given, tf.logSoftmax(logits)), 1)));
}
