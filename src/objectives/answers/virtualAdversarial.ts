import { stopGradient } from '../../nn/stopGradient.js';
import tf, { type Scalar, type Tensor } from '../../tensorflow/backend/tf.js';

/** Length of the probing step: short beside an image, yet the answers' difference stays far above float32's rounding. */
const PROBE = 0.1;

/**
 * Mean over images of KL(p ‖ q) = Σ_y p log(p / q), what answers q lose beside the given answers p; no gradient goes into p.
 * @param p logits `[n, classes]`
 * @param q logits `[n, classes]`
 */
export function answerDivergence(p: tf.Tensor2D, q: tf.Tensor2D): Scalar {
  const given = tf.logSoftmax(stopGradient(p));
  return tf.mean(tf.sum(tf.mul(tf.exp(given), tf.sub(given, tf.logSoftmax(q))), 1));
}

/**
 * The step of a given length that changes a classifier's answer most, by one power iteration from `start` (virtual adversarial
 * training: Miyato, Maeda, Koyama & Ishii, arXiv 1704.03976, algorithm 1).
 * @param read logits `[n, classes]` of images
 * @param answers the answers of `read` for `x`
 * @param start normal noise of the shape of `x`
 * @param radius length of each step as a share of its image's own, both Euclidean over all values: what is drawn with few
 * strokes is another thing sooner than what fills the frame (one length for all images, as in the paper, learned worse)
 * @returns steps of the shape of `x`, constants for gradients
 */
export function adversarialStep<X extends Tensor>(
  read: (x: X) => tf.Tensor2D,
  x: X,
  answers: tf.Tensor2D,
  start: X,
  radius: number,
): X {
  const probe = tf.mul<X>(unitLength(start), PROBE);
  const divergence = (step: X) => answerDivergence(answers, read(tf.add<X>(x, step)));
  const steepest = tf.grad((step) => divergence(step as X))(probe) as X;
  return stopGradient(tf.mul<X>(unitLength(steepest), tf.mul(lengthOf(x), radius)));
}

/** Axes of what one image, or one clip, holds. */
const within = ({ rank }: Tensor) => Array.from({ length: rank - 1 }, (_, axis) => axis + 1);

/** Euclidean length of every image, `[n, 1, …]`. */
function lengthOf(x: Tensor): Tensor {
  return tf.sqrt(tf.sum(tf.square(x), within(x), true));
}

/** Every image divided by its Euclidean length. */
function unitLength<X extends Tensor>(x: X): X {
  // Divided by its largest value first: squares of gradients that are small everywhere would vanish.
  const largest = tf.add(tf.max(tf.abs(x), within(x), true), 1e-30);
  const scaled = tf.div<X>(x, largest);
  return tf.div<X>(scaled, tf.add(lengthOf(scaled), 1e-6));
}
