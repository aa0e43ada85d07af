import { ForeframeError } from '../../common/errors.js';
import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import type { Matrix } from '../algebra/matrix.js';
import { chooseByCrossValidation } from '../estimators/chooseByCrossValidation.js';
import { LinearSvm } from '../estimators/linearSvm.js';
import { LogisticRegression } from '../estimators/logisticRegression.js';
import { NearestNeighbours } from '../estimators/nearestNeighbours.js';
import { type Fold, groupedKFold } from '../estimators/splits.js';
import { StandardScaler } from '../estimators/standardScaler.js';

export type ClassifierMethod = 'svm' | 'logistic' | 'knn';

/** The values of C to choose from (SCIENCE 7). */
export const C_GRID: readonly number[] = [0.01, 0.1, 1, 10, 100, 1000];
/** Neighbours of the vote (Wu et al. 2018), fewer where there are not so many rows. */
const NEIGHBOURS = 20;
/** That of scikit-learn. With a C of 1000 on more columns than rows, logistic regression may end at its most iterations first. */
const TOLERANCE = 1e-4;

export interface ClassifierOptions {
  /** Folds of the choice of C; 5 by default, fewer where there are fewer groups. */
  readonly folds?: number;
  readonly seed?: number;
  /** Use this C instead of choosing one. */
  readonly C?: number;
  readonly algebra?: LinearAlgebra;
}

export interface ClassifierAnswer {
  readonly predictions: Int32Array;
  /** The C that was chosen; nothing for nearest neighbours. */
  readonly C?: number;
}

/**
 * A classifier of latents standardised on the training rows, and its predictions for other rows. C is chosen by cross-validation on
 * the training rows in which rows of one group (a clip) are never on both sides.
 */
export function classifierProbe(
  method: ClassifierMethod,
  train: { readonly x: Matrix; readonly y: Int32Array; readonly groups: Int32Array },
  x: Matrix,
  options: ClassifierOptions = {},
): ClassifierAnswer {
  const { algebra } = options;
  const scaler = new StandardScaler().fit(train.x);
  const known = scaler.transform(train.x);
  const held = scaler.transform(x);
  if (method === 'knn') {
    const neighbours = Math.min(NEIGHBOURS, train.x.rows);
    return { predictions: new NearestNeighbours({ neighbours }, algebra).fit(known, train.y).predict(held) };
  }
  const C = options.C ?? chooseC(method, train, options);
  return { predictions: linearClassifier(method, C, algebra).fit(known, train.y).predict(held), C };
}

/** A linear classifier as the probes use it. */
export function linearClassifier(
  method: Exclude<ClassifierMethod, 'knn'>,
  C: number,
  algebra?: LinearAlgebra,
): LinearSvm | LogisticRegression {
  return method === 'svm'
    ? new LinearSvm({ C, tolerance: TOLERANCE }, algebra)
    : new LogisticRegression({ C, tolerance: TOLERANCE }, algebra);
}

/** Folds that choose C. @throws ForeframeError when all rows belong to one clip */
export function foldsOfChoice(
  groups: Int32Array,
  { folds = 5, seed = 0 }: Pick<ClassifierOptions, 'folds' | 'seed'> = {},
): Fold[] {
  const clips = new Set(groups).size;
  if (clips < 2)
    throw new ForeframeError('the training rows are all of one clip: choosing C needs two clips or more');
  return groupedKFold(groups, Math.min(folds, clips), seed);
}

function chooseC(
  method: Exclude<ClassifierMethod, 'knn'>,
  { x, y, groups }: { readonly x: Matrix; readonly y: Int32Array; readonly groups: Int32Array },
  { folds = 5, seed = 0, algebra }: ClassifierOptions,
): number {
  const parts = foldsOfChoice(groups, { folds, seed });
  const estimator = ({ C }: { C: number }) => linearClassifier(method, C, algebra);
  const grid = C_GRID.map((C) => ({ C }));
  const fitEach = (known: Matrix, labels: Int32Array) =>
    linearClassifier(method, 1, algebra).fitEach(known, labels, C_GRID);
  return chooseByCrossValidation(x, y, { grid, estimator, fitEach, folds: parts, standardise: true }).best.C;
}
