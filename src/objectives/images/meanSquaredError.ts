import tf, { type Scalar, type Tensor } from '../../tensorflow/backend/tf.js';

/** Mean over everything of (prediction − target)²; both of one shape, in units of the pixel range (the textbook's). */
export function meanSquaredError(prediction: Tensor, target: Tensor): Scalar {
  return tf.mean(tf.square(tf.sub(prediction, target)));
}
