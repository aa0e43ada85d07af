import { classBalance } from '../objectives/classBalance.js';
import { consistency } from '../objectives/consistency.js';
import { crossEntropy } from '../objectives/crossEntropy.js';
import { klDivergence } from '../objectives/klDivergence.js';
import { posteriorEntropy } from '../objectives/posteriorEntropy.js';
import { pseudoLabel } from '../objectives/pseudoLabel.js';
import tf, { type Scalar, type Tensor } from '../tensorflow/tf.js';
import type { AnswerTerm } from './nrmObjectives.js';

/**
 * Each the mean over time of what it is for one frame's answers, a picture being one frame; computed when called.
 * @param answers logits after each frame, `[n, classes]`, of what is labelled first
 * @param labels `[labelled]` int32
 * @param teacher the teacher's, of the same shapes; where consistency counts
 * @param threshold least probability of an answer that is taken for a label
 */
export function answerLosses(
  answers: readonly tf.Tensor2D[],
  labels: Tensor,
  teacher?: readonly tf.Tensor2D[],
  threshold = 0.95,
): Record<AnswerTerm | 'crossEntropy', () => Scalar> {
  const labelled = labels.shape[0]!;
  const [count, classes] = answers[0]!.shape;
  const known = (logits: tf.Tensor2D) => tf.slice(logits, [0, 0], [labelled, classes]);
  const unknown = (logits: tf.Tensor2D) => tf.slice(logits, [labelled, 0], [count - labelled, classes]);
  const over = (loss: (logits: tf.Tensor2D, t: number) => Scalar) =>
    meanOver(answers.map((logits, t) => loss(logits, t)));
  return {
    crossEntropy: () => over((logits) => crossEntropy(known(logits), labels)),
    kl: () => over((logits) => klDivergence(logits)),
    entropy: () => over(posteriorEntropy),
    consistency: () => {
      if (!teacher) throw new Error('consistency needs what the teacher says');
      return over((logits, t) => consistency(logits, teacher[t]!));
    },
    pseudoLabel: () => over((logits) => pseudoLabel(unknown(logits), threshold)),
    classBalance: () => over((logits) => classBalance(unknown(logits))),
  };
}

export function meanOver(values: readonly Scalar[]): Scalar {
  return values.length === 1 ? values[0]! : tf.div(tf.addN([...values]), values.length);
}
