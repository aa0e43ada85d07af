import tf, { type Tensor4D } from '../../tensorflow/backend/tf.js';

/** Mean of |prediction − truth| over the values of each frame, `[n, h, w, c]` → `[n]`, in units of the pixel range (the textbook's). */
export function meanAbsoluteError(prediction: Tensor4D, truth: Tensor4D): tf.Tensor1D {
  return tf.mean(tf.abs(tf.sub(prediction, truth)), [1, 2, 3]);
}
