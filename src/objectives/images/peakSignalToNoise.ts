import tf, { type Tensor4D } from '../../tensorflow/backend/tf.js';
import { decibels } from './decibels.js';

/**
 * Peak signal-to-noise ratio of each frame in dB, `[n, h, w, c]` in [0, 1] → `[n]`: 10 log₁₀ (1 / mean squared error).
 * Infinite for equal frames. The textbook's.
 */
export function peakSignalToNoise(prediction: Tensor4D, truth: Tensor4D): tf.Tensor1D {
  return decibels(tf.mean(tf.square(tf.sub(prediction, truth)), [1, 2, 3]));
}
