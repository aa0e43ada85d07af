import tf from '../../tensorflow/backend/tf.js';

/** The textbook's 10 log₁₀ (1 / error), for errors relative to a pixel range of 1; infinite for no error. */
export function decibels(error: tf.Tensor1D): tf.Tensor1D {
  return tf.mul(tf.log(error), -10 / Math.LN10);
}
