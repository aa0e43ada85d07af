import tf, { type Scalar, type Tensor } from '../../tensorflow/backend/tf.js';

/** In place of a label: an image of which none is known. */
export const UNLABELLED = -1;

/**
 * Mean of −log q(label) over the images that have a label; 0 where none has: the textbook's.
 * @param logits `[n, classes]`
 * @param labels `[n]` int32, `UNLABELLED` where it is not known.
 */
export function crossEntropy(logits: tf.Tensor2D, labels: Tensor): Scalar {
  const wanted = tf.cast(tf.oneHot(labels as tf.Tensor1D, logits.shape[1]), 'float32');
  const total = tf.neg(tf.sum(tf.mul(wanted, tf.logSoftmax(logits))));
  return tf.div(total, tf.maximum(tf.sum(wanted), 1)) as Scalar;
}
