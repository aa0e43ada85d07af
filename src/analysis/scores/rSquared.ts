/**
 * R², the share of the targets' variance that is explained, for each of `k` targets. A constant target has none to explain:
 * 1 if it is predicted exactly, else 0 (as scikit-learn's `r2_score`).
 * @param truth `[rows, k]` @param prediction `[rows, k]`
 */
export function rSquaredByTarget(
  truth: ArrayLike<number>,
  prediction: ArrayLike<number>,
  k = 1,
): Float64Array {
  const rows = truth.length / k;
  return Float64Array.from({ length: k }, (_, c) => {
    let mean = 0;
    for (let i = 0; i < rows; i++) mean += truth[i * k + c]! / rows;
    let [left, all] = [0, 0];
    for (let i = 0; i < rows; i++) {
      left += (truth[i * k + c]! - prediction[i * k + c]!) ** 2;
      all += (truth[i * k + c]! - mean) ** 2;
    }
    if (all === 0) return left === 0 ? 1 : 0;
    return 1 - left / all;
  });
}

/** R², mean over `k` targets. */
export function rSquared(truth: ArrayLike<number>, prediction: ArrayLike<number>, k = 1): number {
  return rSquaredByTarget(truth, prediction, k).reduce((sum, value) => sum + value / k, 0);
}
