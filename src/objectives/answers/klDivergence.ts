import tf, { type Scalar } from '../../tensorflow/backend/tf.js';

/**
 * L_KL = mean over images of KL(q ‖ p) = Σ_y q log(q / p), q the class posterior and p the class prior: the formula of the
 * deep rendering mixture (Nguyen, Patel & Baraniuk, arXiv 1612.01936). As a penalty it holds answers back from being sure; the
 * public code does the opposite, see `posteriorEntropy`.
 * @param logits `[n, classes]`
 * @param prior shares of the classes; equal ones by default
 */
export function klDivergence(logits: tf.Tensor2D, prior?: readonly number[]): Scalar {
  const logPosterior = tf.logSoftmax(logits);
  const logPrior = prior ? tf.tensor1d(prior.map(Math.log)) : tf.scalar(-Math.log(logits.shape[1]));
  const gained = tf.mul(tf.exp(logPosterior), tf.sub(logPosterior, logPrior));
  return tf.mean(tf.sum(gained, 1));
}
