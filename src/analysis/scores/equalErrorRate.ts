import { ForeframeError } from '../../common/errors.js';

/**
 * Where as large a share of the negative rows is taken for positive as of the positive ones is missed: the ROC curve crossed with
 * the diagonal, linear between its points (0 is perfect, 0.5 is chance).
 * @param positive whether each row is of the positive class
 */
export function equalErrorRate(positive: ArrayLike<boolean | number>, scores: ArrayLike<number>): number {
  if (positive.length !== scores.length)
    throw new ForeframeError(`EER: there are ${positive.length} labels but ${scores.length} scores`);
  const order = Array.from({ length: scores.length }, (_, i) => i);
  for (const i of order)
    if (Number.isNaN(scores[i]!)) throw new ForeframeError(`EER: the score of row ${i} is not a number`);
  order.sort((a, b) => scores[b]! - scores[a]!);
  const positives = order.reduce((sum, i) => sum + (positive[i] ? 1 : 0), 0);
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0)
    throw new ForeframeError('EER: all rows are of one class: there is nothing to distinguish');
  // From the highest score down: false alarms grow from 0 to 1, misses fall from 1 to 0.
  let [alarms, misses] = [0, 1];
  for (let from = 0; from < order.length; ) {
    const score = scores[order[from]!]!;
    let [a, m] = [alarms, misses];
    for (; from < order.length && scores[order[from]!]! === score; from++)
      if (positive[order[from]!]) m -= 1 / positives;
      else a += 1 / negatives;
    if (a >= m) {
      const share = (misses - alarms) / (misses - alarms + (a - m));
      return alarms + share * (a - alarms);
    }
    [alarms, misses] = [a, m];
  }
  return 0;
}
