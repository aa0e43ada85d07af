import { ForeframeError } from './errors.js';

export interface SymmetricEigen {
  /** Ascending. */
  readonly values: Float64Array;
  /** `[n, n]` row-major: column j is the unit vector that belongs to value j. */
  readonly vectors: Float64Array;
}

const MAX_SWEEPS = 60;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix `[n, n]`: Householder reflections to a tridiagonal matrix, then QL steps
 * with implicit shifts (Golub & Van Loan, Matrix Computations, 4th edition, sections 8.3.1 and 8.3.3).
 */
export function eigenSymmetric(matrix: Float64Array, n: number): SymmetricEigen {
  const { diagonal, beside, rows } = tridiagonalise(matrix.slice(), n);
  const larger = (most: number, value: number) => Math.max(most, Math.abs(value));
  const size = Math.max(diagonal.reduce(larger, 0), beside.reduce(larger, 0));
  for (let at = 0; at < n; at++) deflate(diagonal, beside, rows, n, at, size);
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[a]! - diagonal[b]!);
  const values = Float64Array.from(order, (from) => diagonal[from]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) vectors[i * n + to] = rows[from * n + i]!;
  });
  return { values, vectors };
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** `beside[i]` stands between `diagonal[i]` and `diagonal[i + 1]`. */
  readonly beside: Float64Array;
  /** `Qᵀ` with `A = Q·T·Qᵀ`: vectors are rows, so that a rotation of two of them walks through memory in order. */
  readonly rows: Float64Array;
}

function tridiagonalise(a: Float64Array, n: number): Tridiagonal {
  const beside = new Float64Array(n);
  const reflections: { v: Float64Array; beta: number }[] = [];
  for (let k = 0; k < n - 1; k++) {
    const v = new Float64Array(n);
    for (let i = k + 1; i < n; i++) v[i] = a[i * n + k]!;
    const length = normOf(v, k + 1);
    const alpha = v[k + 1]! > 0 ? -length : length;
    v[k + 1]! -= alpha;
    const square = squareOf(v, k + 1);
    const beta = square === 0 ? 0 : 2 / square;
    beside[k] = square === 0 ? a[(k + 1) * n + k]! : alpha;
    if (beta !== 0) reflectBothSides(a, n, v, beta, k + 1);
    reflections.push({ v, beta });
  }
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]!);
  return { diagonal, beside, rows: accumulate(reflections, n) };
}

/** Norm, scaled by the largest value: squares of large numbers must not overflow. */
function normOf(v: Float64Array, from: number): number {
  let largest = 0;
  for (let i = from; i < v.length; i++) largest = Math.max(largest, Math.abs(v[i]!));
  if (largest === 0) return 0;
  let sum = 0;
  for (let i = from; i < v.length; i++) sum += (v[i]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}

function squareOf(v: Float64Array, from: number): number {
  let sum = 0;
  for (let i = from; i < v.length; i++) sum += v[i]! ** 2;
  return sum;
}

/** `A ← H·A·H` with `H = I − β·v·vᵀ` on the rows and columns from `from`. */
function reflectBothSides(a: Float64Array, n: number, v: Float64Array, beta: number, from: number): void {
  const w = new Float64Array(n);
  let along = 0;
  for (let i = from; i < n; i++) {
    let sum = 0;
    for (let j = from; j < n; j++) sum += a[i * n + j]! * v[j]!;
    w[i] = beta * sum;
    along += w[i]! * v[i]!;
  }
  for (let i = from; i < n; i++) w[i]! -= (beta / 2) * along * v[i]!;
  for (let i = from; i < n; i++) {
    const [vi, wi] = [v[i]!, w[i]!];
    for (let j = from; j < n; j++) a[i * n + j]! -= vi * w[j]! + wi * v[j]!;
  }
}

/** The transposed product of all reflections. */
function accumulate(reflections: readonly { v: Float64Array; beta: number }[], n: number): Float64Array {
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  for (let k = reflections.length - 1; k >= 0; k--) {
    const { v, beta } = reflections[k]!;
    if (beta === 0) continue;
    for (let r = k + 1; r < n; r++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += rows[r * n + j]! * v[j]!;
      for (let j = k + 1; j < n; j++) rows[r * n + j]! -= beta * sum * v[j]!;
    }
  }
  return rows;
}

/**
 * QL steps until `beside[at]` is nothing beside its neighbours. Of a matrix of low rank most neighbours are rounding errors themselves,
 * which never settle: after enough steps it has to be nothing beside the largest number, `size`.
 */
function deflate(
  d: Float64Array,
  e: Float64Array,
  rows: Float64Array,
  n: number,
  at: number,
  size: number,
): void {
  for (let sweep = 0; ; sweep++) {
    const least = sweep < MAX_SWEEPS ? 0 : 2 ** -52 * size;
    const counts = (i: number) =>
      Math.abs(e[i]!) > Math.max(least, 2 ** -52 * (Math.abs(d[i]!) + Math.abs(d[i + 1]!)));
    let end = at;
    while (end < n - 1 && counts(end)) end++;
    if (end === at) return;
    if (sweep === 2 * MAX_SWEEPS) throw new ForeframeError('the eigenvalues of this matrix were not found');
    qlStep(d, e, rows, n, at, end);
  }
}

function qlStep(d: Float64Array, e: Float64Array, rows: Float64Array, n: number, at: number, end: number) {
  const half = (d[at + 1]! - d[at]!) / (2 * e[at]!);
  const root = Math.hypot(half, 1);
  let bulge = d[end]! - d[at]! + e[at]! / (half + (half < 0 ? -root : root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = end - 1; i >= at; i--) {
    const chased = sine * e[i]!;
    const kept = cosine * e[i]!;
    const length = Math.hypot(chased, bulge);
    e[i + 1] = length;
    if (length === 0) {
      // The matrix has split into two blocks: continue with each.
      d[i + 1]! -= shift;
      e[end] = 0;
      return;
    }
    sine = chased / length;
    cosine = bulge / length;
    const g = d[i + 1]! - shift;
    const r = (d[i]! - g) * sine + 2 * cosine * kept;
    shift = sine * r;
    d[i + 1] = g + shift;
    bulge = cosine * r - kept;
    rotate(rows, i * n, (i + 1) * n, sine, cosine, n);
  }
  d[at]! -= shift;
  e[at] = bulge;
  e[end] = 0;
}

function rotate(rows: Float64Array, p: number, q: number, sine: number, cosine: number, n: number): void {
  for (let k = 0; k < n; k++) {
    const [upper, lower] = [rows[p + k]!, rows[q + k]!];
    rows[q + k] = sine * upper + cosine * lower;
    rows[p + k] = cosine * upper - sine * lower;
  }
}
