import tf from '../../tensorflow/backend/tf.js';

/**
 * Probabilities to the power of 1 / T, summing to 1 again: nearer to one-hot the smaller the temperature T is; 1 leaves them as they
 * are (Berthelot et al. 2019, arXiv 1905.02249, equation 7).
 * @param probabilities `[n, classes]`
 */
export function sharpened(probabilities: tf.Tensor2D, temperature: number): tf.Tensor2D {
  if (temperature === 1) return probabilities;
  // By logarithms: powers of small probabilities would vanish before they are divided by their sum.
  return tf.softmax(tf.div(tf.log(tf.maximum(probabilities, 1e-30)), temperature)) as tf.Tensor2D;
}
