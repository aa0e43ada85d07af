import tf, { type Tensor4D } from '../../tensorflow/backend/tf.js';
import { absoluteGradient } from './absoluteGradient.js';
import { decibels } from './decibels.js';

/**
 * Gradient-difference sharpness of each frame in dB, `[n, h, w, c]` in [0, 1] → `[n]`: 10 log₁₀ of 1 over the mean
 * difference of the two frames' absolute gradients (Mathieu, Couprie & LeCun 2016, arXiv 1511.05440), over the
 * values that have a neighbour above and to the left. Infinite where all gradients agree. It falls with blur and with noise
 * alike; the ratio of the mean absolute gradients distinguishes the two.
 */
export function sharpness(prediction: Tensor4D, truth: Tensor4D): tf.Tensor1D {
  const difference = tf.abs(tf.sub(absoluteGradient(prediction), absoluteGradient(truth)));
  return decibels(tf.mean(difference, [1, 2, 3]));
}
