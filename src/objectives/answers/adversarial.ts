import tf, { type Scalar, type Tensor } from '../../tensorflow/backend/tf.js';

/** Columns of a discriminator's logits, `[n, 2]`. */
export const GENERATED = 0;
export const REAL = 1;

/**
 * What the generator adds to its loss: mean of −log D(generated is real), from the logits of generated frames. (Goodfellow et
 * al. 2014, section 3: it keeps its gradient where the discriminator is sure, unlike log(1 − D).)
 */
export function adversarialLoss(generated: tf.Tensor2D): Scalar {
  return crossEntropy(generated, REAL);
}

/** Mean cross-entropy of the discriminator over as many real as generated frames; log 2 for one that guesses. */
export function discriminatorLoss(real: tf.Tensor2D, generated: tf.Tensor2D): Scalar {
  return tf.mul(tf.add(crossEntropy(real, REAL), crossEntropy(generated, GENERATED)), 0.5);
}

/** Share of frames, over as many real as generated ones, that the discriminator takes for what they are. */
export function discriminatorAccuracy(real: tf.Tensor2D, generated: tf.Tensor2D): Scalar {
  return tf.mul(tf.add(shareOf(real, REAL), shareOf(generated, GENERATED)), 0.5);
}

/** Through the log-softmax, so that a sure answer is no logarithm of zero. */
function crossEntropy(logits: tf.Tensor2D, label: number): Scalar {
  return tf.neg(tf.mean(column(tf.logSoftmax(logits), label)));
}

/** An undecided answer counts as generated. */
function shareOf(logits: tf.Tensor2D, label: number): Scalar {
  const takenForReal = tf.mean(
    tf.cast(tf.greater(column(logits, REAL), column(logits, GENERATED)), 'float32'),
  );
  return (label === REAL ? takenForReal : tf.sub(1, takenForReal)) as Scalar;
}

function column(x: tf.Tensor2D, index: number): Tensor {
  return tf.slice(x, [0, index], [x.shape[0], 1]);
}
