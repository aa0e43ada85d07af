import { stopGradient } from '../../nn/stopGradient.js';
import tf, { type Scalar, type Tensor } from '../../tensorflow/backend/tf.js';

/**
 * Pseudo-label (Lee 2013): cross-entropy on the network's own answers, where it is sure of them:
 * mean over images of [max q ≥ threshold] · −log q(argmax q). Images that it is not sure of count as 0.
 * @param logits `[n, classes]`
 * @param threshold least probability of an answer that is taken for a label
 */
export function pseudoLabel(logits: tf.Tensor2D, threshold: number): Scalar {
  return sureCrossEntropy(logits, logits, threshold);
}

/**
 * The same with the answers of other views of the images: cross-entropy of `logits` with the likeliest classes of `given`, where they
 * are likely enough. No gradient goes into `given` (FixMatch: Sohn et al. 2020, arXiv 2001.07685).
 * @param given `[n, classes]`
 * @param logits `[n, classes]`
 * @param threshold least probability of an answer that is taken for a label
 */
export function sureCrossEntropy(given: tf.Tensor2D, logits: tf.Tensor2D, threshold: number): Scalar {
  const posterior = tf.softmax(stopGradient(given));
  const likeliest = tf.argMax(posterior, 1) as tf.Tensor1D;
  const answers = tf.cast(tf.oneHot(likeliest, logits.shape[1]), 'float32');
  const sure: Tensor = tf.cast(tf.greaterEqual(tf.max(posterior, 1), threshold), 'float32');
  const taken = tf.sum(tf.mul(answers, tf.logSoftmax(logits)), 1);
  return tf.neg(tf.mean(tf.mul(sure, taken))) as Scalar;
}
