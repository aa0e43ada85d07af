import tf, { type Scalar } from '../../tensorflow/backend/tf.js';

/**
 * KL(q̄ ‖ p), q̄ the mean class posterior of a batch and p equal class shares: answers may be sure, but not all the same. With
 * the entropy of the single posteriors it makes up the information between images and classes (Krause, Perona & Gomes 2010).
 * @param logits `[n, classes]`
 */
export function classBalance(logits: tf.Tensor2D): Scalar {
  const classes = logits.shape[1];
  const mean = tf.mean(tf.softmax(logits), 0);
  // q / p inside the logarithm: near equal shares the difference of two logarithms would lose its digits.
  return tf.sum(tf.mul(mean, tf.log(tf.maximum(tf.mul(mean, classes), 1e-7)))) as Scalar;
}
