/**
 * Cross-entropy of class scores `[rows, k]`, summed over rows: softmax, or for k = 1 the logistic function of a score for the
 * second of two classes.
 */
export class CrossEntropy {
  readonly k: number;
  readonly #index: Int32Array;

  /** @param index the class of every row */
  constructor(index: Int32Array, k: number) {
    this.#index = index;
    this.k = k;
  }

  /** The loss at `scores + t·change`, and its derivative by t. */
  along(scores: Float64Array, change: Float64Array, t: number): { value: number; slope: number } {
    const { k } = this;
    const z = new Float64Array(k);
    let [value, slope] = [0, 0];
    for (let i = 0; i < this.#index.length; i++) {
      const own = this.#index[i]!;
      for (let c = 0; c < k; c++) z[c] = scores[i * k + c]! + t * change[i * k + c]!;
      value += this.#row(z, own);
      for (let c = 0; c < k; c++) slope += z[c]! * change[i * k + c]!;
    }
    return { value, slope };
  }

  /** Derivative by every score, `[rows, k]`. */
  residuals(scores: Float64Array): Float64Array {
    const { k } = this;
    const residuals = scores.slice();
    this.#index.forEach((own, i) => {
      this.#row(residuals.subarray(i * k, (i + 1) * k), own);
    });
    return residuals;
  }

  /** Puts the derivatives of one row in place of its scores. @returns its loss */
  #row(z: Float64Array, own: number): number {
    if (this.k === 1) {
      const score = z[0]!;
      z[0] = (score >= 0 ? 1 / (1 + Math.exp(-score)) : Math.exp(score) / (1 + Math.exp(score))) - own;
      const margin = own === 1 ? score : -score;
      return Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(0, -margin);
    }
    let largest = z[0]!;
    for (const score of z) largest = Math.max(largest, score);
    const target = z[own]! - largest;
    let sum = 0;
    for (let c = 0; c < z.length; c++) {
      z[c] = Math.exp(z[c]! - largest);
      sum += z[c]!;
    }
    for (let c = 0; c < z.length; c++) z[c]! /= sum;
    z[own]! -= 1;
    return Math.log(sum) - target;
  }
}

/** Class probabilities of scores `[rows, k]`; for k = 1 of two classes, `[rows, 2]`. */
export function probabilitiesOf(scores: Float64Array, k: number): Float64Array {
  if (k === 1) {
    const result = new Float64Array(scores.length * 2);
    scores.forEach((score, i) => {
      result[2 * i] = 1 / (1 + Math.exp(score));
      result[2 * i + 1] = 1 / (1 + Math.exp(-score));
    });
    return result;
  }
  const result = scores.slice();
  for (let i = 0; i < scores.length; i += k) {
    const row = result.subarray(i, i + k);
    const largest = Math.max(...row);
    let sum = 0;
    row.forEach((score, c) => {
      row[c] = Math.exp(score - largest);
      sum += row[c];
    });
    row.forEach((value, c) => {
      row[c] = value / sum;
    });
  }
  return result;
}
