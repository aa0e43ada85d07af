/** Sums over rows of the products of two `[rows, k]` arrays, column by column: `k` scalar products. */
export function columnProducts(a: Float64Array, b: Float64Array, k: number): Float64Array {
  const sums = new Float64Array(k);
  for (let i = 0; i < a.length; i += k) for (let c = 0; c < k; c++) sums[c]! += a[i + c]! * b[i + c]!;
  return sums;
}

/** `a ← a + factors·b`, a factor for each of the `k` columns, in place. */
export function addScaled(a: Float64Array, b: Float64Array, factors: Float64Array): void {
  const k = factors.length;
  for (let i = 0; i < a.length; i += k) for (let c = 0; c < k; c++) a[i + c]! += factors[c]! * b[i + c]!;
}

/** Some of the `k` columns of a `[rows, k]` array. */
export function pickColumns(a: Float64Array, k: number, wanted: readonly number[]): Float64Array {
  const rows = a.length / k;
  const result = new Float64Array(rows * wanted.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < wanted.length; j++) result[i * wanted.length + j] = a[i * k + wanted[j]!]!;
  }
  return result;
}
