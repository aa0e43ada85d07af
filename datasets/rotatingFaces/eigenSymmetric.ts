/** Eigenvalues, largest first, and their eigenvectors of unit length. */
export interface Eigen {
  readonly values: readonly number[];
  readonly vectors: readonly (readonly number[])[];
}

const SWEEPS = 60;

/**
 * Eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan, Matrix Computations, 8.5), which need no
 * start vector: the same everywhere. Each vector's largest entry is positive.
 */
export function eigenSymmetric(matrix: readonly (readonly number[])[]): Eigen {
  const a = matrix.map((row) => Float64Array.from(row));
  // Row k becomes eigenvector k.
  const v = a.map((_, i) => Float64Array.from(a, (_, j) => (i === j ? 1 : 0)));
  const size = a.reduce((sum, row) => sum + row.reduce((total, value) => total + value * value, 0), 0);
  for (let sweep = 0; sweep < SWEEPS && offDiagonal(a) > 1e-24 * size; sweep++)
    for (let p = 0; p < a.length; p++) for (let q = p + 1; q < a.length; q++) rotate(a, v, p, q);
  const order = a.map((_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!);
  return { values: order.map((i) => a[i]![i]!), vectors: order.map((i) => withPositivePeak(v[i]!)) };
}

function offDiagonal(a: readonly Float64Array[]): number {
  let sum = 0;
  for (let p = 0; p < a.length; p++) for (let q = 0; q < p; q++) sum += 2 * a[p]![q]! ** 2;
  return sum;
}

/** Turn the plane of axes p and q so that a[p][q] becomes 0. */
function rotate(a: readonly Float64Array[], v: readonly Float64Array[], p: number, q: number): void {
  if (a[p]![q] === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of a) mix(row, p, row, q, c, s);
  for (let k = 0; k < a.length; k++) mix(a[p]!, k, a[q]!, k, c, s);
  for (let k = 0; k < a.length; k++) mix(v[p]!, k, v[q]!, k, c, s);
}

function mix(first: Float64Array, i: number, second: Float64Array, j: number, c: number, s: number): void {
  const x = first[i]!;
  const y = second[j]!;
  first[i] = c * x - s * y;
  second[j] = s * x + c * y;
}

function withPositivePeak(vector: Float64Array): number[] {
  const peak = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return Array.from(vector, (value) => (peak < 0 ? -value : value));
}
