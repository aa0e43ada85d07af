/** A factorised symmetric positive definite matrix, to solve linear systems with. */
export interface CholeskyFactor {
  /** `A⁻¹·B`. @param b `[n, k]` row-major; stays as it is. */
  solve(b: Float64Array, k: number): Float64Array;
  dispose(): void;
}

/** `A = L·Lᵀ` of a symmetric matrix `[n, n]`, or nothing where `A` is not positive definite to rounding. */
export function choleskyFactor(a: Float64Array, n: number): CholeskyFactor | undefined {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      l[i * n + j] = (a[i * n + j]! - rowProduct(l, i * n, j * n, j)) / l[j * n + j]!;
    }
    const pivot = a[i * n + i]! - rowProduct(l, i * n, i * n, i);
    // What is left of a diagonal element after cancellation to the last digits is noise, whatever its sign.
    if (!(pivot > a[i * n + i]! * n * 2 ** -52)) return undefined;
    l[i * n + i] = Math.sqrt(pivot);
  }
  return { solve: (b, k) => solve(l, n, b, k), dispose: () => {} };
}

/** Product of the first `length` values of two rows. Four sums: the processor adds them side by side. */
function rowProduct(l: Float64Array, p: number, q: number, length: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let f = 0;
  for (; f + 3 < length; f += 4) {
    s0 += l[p + f]! * l[q + f]!;
    s1 += l[p + f + 1]! * l[q + f + 1]!;
    s2 += l[p + f + 2]! * l[q + f + 2]!;
    s3 += l[p + f + 3]! * l[q + f + 3]!;
  }
  for (; f < length; f++) s0 += l[p + f]! * l[q + f]!;
  return s0 + s1 + (s2 + s3);
}

function solve(l: Float64Array, n: number, b: Float64Array, k: number): Float64Array {
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) subtractRow(x, i * k, j * k, l[i * n + j]!, k);
    for (let c = 0; c < k; c++) x[i * k + c]! /= l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let c = 0; c < k; c++) x[i * k + c]! /= l[i * n + i]!;
    for (let j = 0; j < i; j++) subtractRow(x, j * k, i * k, l[i * n + j]!, k);
  }
  return x;
}

function subtractRow(x: Float64Array, to: number, from: number, times: number, k: number): void {
  for (let c = 0; c < k; c++) x[to + c]! -= times * x[from + c]!;
}
