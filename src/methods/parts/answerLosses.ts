import { classBalance } from '../../objectives/answers/classBalance.js';
import { consistency } from '../../objectives/answers/consistency.js';
import { crossEntropy } from '../../objectives/answers/crossEntropy.js';
import { klDivergence } from '../../objectives/answers/klDivergence.js';
import { posteriorEntropy } from '../../objectives/answers/posteriorEntropy.js';
import { pseudoLabel } from '../../objectives/answers/pseudoLabel.js';
import tf, { type Scalar, type Tensor } from '../../tensorflow/backend/tf.js';
import { ANSWER_TERMS, type AnswerTerm, type NrmObjectivesConfig } from '../settings/nrmObjectives.js';
import type { ClipBatch, ClipTerms } from './clipBatch.js';

/**
 * Each the mean over time of what it is for one frame's answers, an image being one frame; computed when called.
 * @param answers logits after each frame, `[n, classes]`, of what is labelled first
 * @param labels `[labelled]` int32
 * @param teacher the teacher's, of the same shapes; where consistency counts
 * @param threshold smallest probability at which an answer serves as a label
 */
export function answerLosses(
  answers: readonly tf.Tensor2D[],
  labels: Tensor,
  teacher?: readonly tf.Tensor2D[],
  threshold = 0.95,
): Record<AnswerTerm | 'crossEntropy', () => Scalar> {
  const labelled = labels.shape[0];
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
      if (!teacher) throw new Error('consistency needs the answers of the teacher');
      return over((logits, t) => consistency(logits, teacher[t]!));
    },
    pseudoLabel: () => over((logits) => pseudoLabel(unknown(logits), threshold)),
    classBalance: () => over((logits) => classBalance(unknown(logits))),
  };
}

/** Of a classifier that has answers and nothing else: cross-entropy, and those of the losses that have a weight. */
export function answerTerms(
  answers: readonly tf.Tensor2D[],
  { labels, teacher }: Pick<ClipBatch, 'labels' | 'teacher'>,
  weights: NrmObjectivesConfig,
  threshold?: number,
): ClipTerms {
  const losses = answerLosses(answers, labels, teacher, threshold);
  const terms: ClipTerms = { crossEntropy: losses.crossEntropy() };
  for (const name of ANSWER_TERMS) if (weights[name] > 0) terms[name] = losses[name]();
  return terms;
}

export function meanOver(values: readonly Scalar[]): Scalar {
  return values.length === 1 ? values[0]! : tf.div(tf.addN([...values]), values.length);
}
