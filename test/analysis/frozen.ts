import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DoubleMatrix } from '../../src/analysis/index.js';

interface FrozenClassifier {
  readonly coefficients: number[];
  readonly intercepts: number[];
  readonly prediction: number[];
}

interface FrozenSvm extends FrozenClassifier {
  readonly decision: number[];
}

/** scikit-learn's answers to one problem; see fixtures/make_frozen.py. */
export interface FrozenProblem {
  readonly columns: number;
  readonly x: number[];
  readonly y: number[];
  readonly labels: number[];
  readonly test: number[];
  readonly testY: number[];
  readonly testLabels: number[];
  readonly ridge: Record<
    string,
    { coefficients: number[]; intercepts: number[]; prediction: number[]; score: number }
  >;
  readonly ridgeCV: {
    penalty: number;
    perTarget: number[];
    coefficients: number[];
    prediction: number[];
    errors: number[];
  };
  readonly scaler: { means: number[]; deviations: number[]; test: number[] };
  readonly svm: Record<string, FrozenSvm>;
  readonly svmBalanced: FrozenSvm;
  readonly svmRaw?: FrozenSvm;
  readonly logistic: Record<string, FrozenClassifier & { probabilities: number[] }>;
  readonly logisticRaw?: FrozenClassifier & { probabilities: number[] };
  readonly knn: Record<string, number[]>;
  readonly knnCosine: number[];
  readonly pca: {
    variance: number[];
    ratio: number[];
    singular: number[];
    components: number[];
    test: number[];
  };
  readonly mds: { start: number[]; stress: number; normalised: number; iterations: number };
}

export interface FrozenMetrics {
  readonly truth: number[];
  readonly prediction: number[];
  readonly scores: number[];
  readonly y: number[];
  readonly guess: number[];
  readonly accuracy: number;
  readonly balanced: number;
  readonly confusion: number[];
  readonly auroc: number;
  readonly aurocOneVsRest: number;
  readonly rSquared: number;
  readonly rSquaredByTarget: number[];
}

export const frozen = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/frozen.json'), 'utf8')) as {
  penalties: number[];
  problems: Record<string, FrozenProblem>;
  metrics: FrozenMetrics;
};

export function asMatrix(values: readonly number[], columns: number): DoubleMatrix {
  return { rows: values.length / columns, columns, data: Float64Array.from(values) };
}

/** Largest difference, relative to the largest value of the frozen answer. */
export function apart(found: ArrayLike<number>, frozenValues: readonly number[]): number {
  if (found.length !== frozenValues.length) return Number.POSITIVE_INFINITY;
  const largest = Math.max(...frozenValues.map(Math.abs), Number.MIN_VALUE);
  return Math.max(...frozenValues.map((value, i) => Math.abs(found[i]! - value))) / largest;
}

/** Largest relative difference of single values; for answers whose parts differ in scale by orders of magnitude. */
export function apartEach(found: ArrayLike<number>, frozenValues: readonly number[]): number {
  if (found.length !== frozenValues.length) return Number.POSITIVE_INFINITY;
  return Math.max(
    ...frozenValues.map(
      (value, i) => Math.abs(found[i]! - value) / Math.max(Math.abs(value), Number.MIN_VALUE),
    ),
  );
}
