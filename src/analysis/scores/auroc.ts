import { ForeframeError } from '../../common/errors.js';

/**
 * Area under the ROC curve of two classes: the chance that a positive row scores above a negative one, ties counting half
 * (Mann & Whitney 1947).
 * @param positive whether each row is of the positive class
 */
export function auroc(positive: ArrayLike<boolean | number>, scores: ArrayLike<number>): number {
  if (positive.length !== scores.length)
    throw new ForeframeError(`AUROC: there are ${positive.length} labels but ${scores.length} scores`);
  const order = Array.from({ length: scores.length }, (_, i) => i);
  for (const i of order)
    if (Number.isNaN(scores[i]!)) throw new ForeframeError(`AUROC: the score of row ${i} is not a number`);
  order.sort((a, b) => scores[a]! - scores[b]!);
  let [positives, rankSum] = [0, 0];
  for (let from = 0; from < order.length; ) {
    let to = from;
    let tied = 0;
    for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++)
      if (positive[order[to]!]) tied++;
    positives += tied;
    // Ranks from 1; tied rows share the mean of theirs.
    rankSum += (tied * (from + 1 + to)) / 2;
    from = to;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0)
    throw new ForeframeError('AUROC: all rows are of one class: there is nothing to distinguish');
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * Mean over classes of the AUROC of one class against the rest.
 * @param index the class of every row, 0 … k − 1, each present @param scores `[rows, k]`
 */
export function aurocOneVsRest(index: Int32Array, scores: Float64Array, k: number): number {
  let sum = 0;
  for (let c = 0; c < k; c++) {
    sum += auroc(
      Array.from(index, (own) => own === c),
      Float64Array.from({ length: index.length }, (_, i) => scores[i * k + c]!),
    );
  }
  return sum / k;
}
