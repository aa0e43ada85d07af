import type { Matrix } from '../algebra/matrix.js';

/**
 * The contract of all estimators: the constructor only checks and keeps settings; `fit` changes neither estimator nor data,
 * and returns a fitted object that predicts. Predicting before fitting is a type error.
 */
export interface Estimator<Settings, Target, Fitted> {
  readonly settings: Readonly<Settings>;
  /** @throws ForeframeError in one line for data that it cannot learn from. */
  fit(x: Matrix, y: Target): Fitted;
}

/** A fitted model of numbers: `[rows, targets]`. */
export interface FittedRegressor {
  /** @returns `[rows, targets]` row-major */
  predict(x: Matrix): Float64Array;
  /** R², mean over targets. */
  score(x: Matrix, y: Float64Array | Matrix): number;
}

/** A fitted model of class labels. */
export interface FittedClassifier {
  /** All labels seen, ascending. */
  readonly classes: Int32Array;
  predict(x: Matrix): Int32Array;
  /** `[rows, classes]`: the larger, the likelier. */
  scores(x: Matrix): Float64Array;
  /** Accuracy. */
  score(x: Matrix, y: Int32Array): number;
}
