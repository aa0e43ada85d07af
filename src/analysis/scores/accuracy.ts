import { ForeframeError } from '../../common/errors.js';
import { labelsOf } from '../algebra/labels.js';

/** Share of labels that are right. */
export function accuracy(truth: Int32Array, prediction: Int32Array): number {
  checkPair(truth, prediction);
  let right = 0;
  for (let i = 0; i < truth.length; i++) if (truth[i] === prediction[i]) right++;
  return right / truth.length;
}

export interface Confusion {
  /** Ascending; all that occur in truth or prediction. */
  readonly classes: Int32Array;
  /** `[classes, classes]`: rows are the truth, columns the prediction. */
  readonly counts: Int32Array;
}

/** Counts of rows by true and predicted class. */
export function confusionMatrix(truth: Int32Array, prediction: Int32Array): Confusion {
  checkPair(truth, prediction);
  const { classes, index } = labelsOf(Int32Array.from([...truth, ...prediction]));
  const k = classes.length;
  const counts = new Int32Array(k * k);
  for (let i = 0; i < truth.length; i++) counts[index[i]! * k + index[truth.length + i]!]!++;
  return { classes, counts };
}

/** Mean over the true classes of the share of their rows that are right: chance is one over their number. */
export function balancedAccuracy(truth: Int32Array, prediction: Int32Array): number {
  const { classes, counts } = confusionMatrix(truth, prediction);
  const k = classes.length;
  const recalls: number[] = [];
  for (let c = 0; c < k; c++) {
    const all = counts.subarray(c * k, (c + 1) * k).reduce((sum, value) => sum + value, 0);
    if (all > 0) recalls.push(counts[c * k + c]! / all);
  }
  return recalls.reduce((sum, value) => sum + value, 0) / recalls.length;
}

function checkPair(truth: Int32Array, prediction: Int32Array): void {
  if (truth.length !== prediction.length)
    throw new ForeframeError(`there are ${truth.length} labels but ${prediction.length} predictions`);
  if (truth.length === 0) throw new ForeframeError('there are no labels to compare');
}
