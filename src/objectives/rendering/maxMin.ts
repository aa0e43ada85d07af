import tf, { type Scalar, type Tensor } from '../../tensorflow/backend/tf.js';
import { crossEntropy } from '../answers/crossEntropy.js';

/**
 * Max-Min cross-entropy (Ho et al., arXiv 1811.02657): the mean of the cross-entropies of the reading with maxima and of the one
 * with minima, on the same weights. An image has to be recognised by what is there and by what is not.
 * @param max logits of the reading with maxima, `[n, classes]`
 * @param min logits of the reading with minima
 * @param labels `[n]` int32, −1 where it is not known
 */
export function maxMinCrossEntropy(max: tf.Tensor2D, min: tf.Tensor2D, labels: Tensor): Scalar {
  return halfOfEach([crossEntropy(max, labels), crossEntropy(min, labels)]);
}

/** Mean of a value over the readings that were made: of losses to train, of logits to predict. */
export function halfOfEach<T extends Tensor>(readings: readonly T[]): T {
  return readings.length === 1 ? readings[0]! : tf.div(tf.addN([...readings]), readings.length);
}
