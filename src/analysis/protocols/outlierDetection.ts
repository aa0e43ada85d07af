import { auroc } from '../scores/auroc.js';

/** A score for every image, higher for one that is in-distribution. */
export interface OutlierScore {
  readonly name: string;
  readonly inside: Float64Array;
  readonly outside: Float64Array;
}

export interface OutlierResult {
  readonly name: string;
  /** The probability that an in-distribution image scores above an out-of-distribution one; 0.5 is guessing. */
  readonly auroc: number;
  /** Share of out-of-distribution images that pass the threshold that 95 % of in-distribution images pass. */
  readonly passAt95: number;
}

/** How well a score separates in-distribution from out-of-distribution images. */
export function outlierResult({ name, inside, outside }: OutlierScore): OutlierResult {
  const positive = [...Array.from(inside, () => true), ...Array.from(outside, () => false)];
  const sorted = inside.slice().sort();
  const limit = sorted[Math.floor(0.05 * sorted.length)]!;
  return {
    name,
    auroc: auroc(positive, [...inside, ...outside]),
    passAt95: outside.filter((score) => score >= limit).length / outside.length,
  };
}

/** The greatest probability of the softmax of each row: how sure a classifier is (Hendrycks & Gimpel, arXiv 1610.02136). */
export function greatestProbability(logits: Float32Array, classes: number): Float64Array {
  return Float64Array.from({ length: logits.length / classes }, (_, n) => {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    const highest = row.reduce((a, b) => Math.max(a, b));
    return 1 / row.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
  });
}
