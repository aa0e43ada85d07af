import { stopGradient } from '../../nn/stopGradient.js';
import tf, { type Scalar, type Tensor } from '../../tensorflow/backend/tf.js';

/**
 * Mean Teacher consistency (Tarvainen & Valpola, arXiv 1703.01780): mean over images and classes of the squared difference of
 * the student's and the teacher's class posteriors. The teacher's weights are a moving average of the student's; no gradient
 * goes into it.
 * @param student logits `[n, classes]`
 * @param teacher logits `[n, classes]`
 */
export function consistency(student: tf.Tensor2D, teacher: tf.Tensor2D): Scalar {
  const target = tf.softmax(stopGradient(teacher));
  return tf.mean(tf.square(tf.sub(tf.softmax(student), target)));
}

/** A moving average after one more value: decay · average + (1 − decay) · value. */
export function movingAverage(average: Tensor, value: Tensor, decay: Tensor | number): Tensor {
  return tf.add(tf.mul(average, decay), tf.mul(value, tf.sub(1, decay)));
}
