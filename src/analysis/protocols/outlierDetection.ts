import { auroc } from '../auroc.js';

/** A number for every picture, higher for one that is at home. */
export interface OutlierScore {
  readonly name: string;
  readonly inside: Float64Array;
  readonly outside: Float64Array;
}

export interface OutlierResult {
  readonly name: string;
  /** The chance that a picture that is at home scores above one that is not; 0.5 is guessing. */
  readonly auroc: number;
  /** Share of foreign pictures that pass where 95 % of those at home do. */
  readonly passAt95: number;
}

/** How well a score tells what is at home from what is not. */
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
