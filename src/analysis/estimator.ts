import type { Matrix } from './matrix.js';

/**
 * What all estimators have in common: the constructor only checks and keeps settings; `fit` leaves estimator and data as they
 * are and gives the fitted values apart, as an object that predicts. To predict before fitting is a type error.
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
