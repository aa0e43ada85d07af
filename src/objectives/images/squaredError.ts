import tf, { type Tensor4D } from '../../tensorflow/backend/tf.js';

/** Σ (prediction − truth)² over the values of each frame, `[n, h, w, c]` → `[n]`: the textbook's, and the unit of arXiv 1511.06380. */
export function squaredError(prediction: Tensor4D, truth: Tensor4D): tf.Tensor1D {
  return tf.sum(tf.square(tf.sub(prediction, truth)), [1, 2, 3]);
}
