import type { DoubleMatrix } from '../algebra/matrix.js';
import { zeros } from '../algebra/matrix.js';

export interface SmacofFit {
  readonly embedding: DoubleMatrix;
  readonly stress: number;
  readonly normalisedStress: number;
  readonly iterations: number;
}

/** Two points in one place: the distance that the Guttman transform divides by, as in scikit-learn. */
const NO_DISTANCE = 1e-5;

/**
 * Scaling by majorising a complicated function (de Leeuw 1977; Borg & Groenen, Modern Multidimensional Scaling, chapter 8):
 * Guttman transforms from a start until stress falls no more.
 * @param wanted `[n, n]` distances @param start `[n, dimensions]`
 */
export function smacof(
  wanted: DoubleMatrix,
  start: DoubleMatrix,
  { maxIterations, tolerance }: { readonly maxIterations: number; readonly tolerance: number },
): SmacofFit {
  let points = start;
  let stress = Number.POSITIVE_INFINITY;
  let iterations = 0;
  let squares = 0;
  while (iterations < maxIterations) {
    points = guttman(wanted, points);
    iterations++;
    const now = stressOf(wanted, points);
    const gain = stress - now.stress;
    ({ stress, squares } = now);
    if (gain < tolerance * squares) break;
  }
  const normalisedStress = squares > 0 ? Math.sqrt(stress / squares) : 0;
  return { embedding: points, stress, normalisedStress, iterations };
}

/** `X ← B(X)·X ÷ n`: every point moves to the mean of the places that the other points' distances ask for. */
function guttman(wanted: DoubleMatrix, { rows: n, columns: k, data }: DoubleMatrix): DoubleMatrix {
  const next = zeros(n, k);
  const apart = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      for (let c = 0; c < k; c++) apart[c] = data[i * k + c]! - data[j * k + c]!;
      const ratio = wanted.data[i * n + j]! / (lengthOf(apart) || NO_DISTANCE) / n;
      for (let c = 0; c < k; c++) {
        next.data[i * k + c]! += ratio * apart[c]!;
        next.data[j * k + c]! -= ratio * apart[c]!;
      }
    }
  }
  return next;
}

/** Stress, and the sum of squared distances between the points; both over pairs. */
function stressOf(wanted: DoubleMatrix, { rows: n, columns: k, data }: DoubleMatrix) {
  const apart = new Float64Array(k);
  let [stress, squares] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      for (let c = 0; c < k; c++) apart[c] = data[i * k + c]! - data[j * k + c]!;
      const distance = lengthOf(apart);
      stress += (distance - wanted.data[i * n + j]!) ** 2;
      squares += distance ** 2;
    }
  }
  return { stress, squares };
}

function lengthOf(v: Float64Array): number {
  let square = 0;
  for (const value of v) square += value * value;
  return Math.sqrt(square);
}
