export { accuracy, balancedAccuracy, type Confusion, confusionMatrix } from './accuracy.js';
export { auroc, aurocOneVsRest } from './auroc.js';
export { type BootstrapOptions, bootstrapInterval, type Interval, pairedDifference } from './bootstrap.js';
export { type Choice, type CrossValidation, chooseByCrossValidation } from './chooseByCrossValidation.js';
export type { Estimator, FittedClassifier, FittedRegressor } from './estimator.js';
export { fastestAlgebra } from './fastestAlgebra.js';
export { FittedLinearClassifier } from './fittedLinearClassifier.js';
export { balancedWeights, labelsOf } from './labels.js';
export type { LinearAlgebra } from './linearAlgebra.js';
export { LinearSvm, type LinearSvmSettings } from './linearSvm.js';
export { FittedLogisticRegression, LogisticRegression, type LogisticSettings } from './logisticRegression.js';
export { type DoubleMatrix, type Matrix, matrixOf, selectRows } from './matrix.js';
export { distancesOf, type FittedMds, Mds, type MdsSettings } from './mds.js';
export {
  FittedNearestNeighbours,
  NearestNeighbours,
  type NearestNeighboursSettings,
} from './nearestNeighbours.js';
export { type Neighbours, nearestNeighbours } from './neighbours.js';
export { FittedPca, Pca, type PcaSettings } from './pca.js';
export { plainAlgebra } from './plainAlgebra.js';
export { type Recall, retrievalRecall } from './retrieval.js';
export { FittedRidge, type RegressionTargets, Ridge, type RidgeSettings } from './ridge.js';
export { FittedRidgeCV, RidgeCV, type RidgeCVSettings } from './ridgeCV.js';
export { rSquared, rSquaredByTarget } from './rSquared.js';
export { type Fold, groupedKFold, kFold, stratifiedKFold } from './splits.js';
export { FittedStandardScaler, StandardScaler } from './standardScaler.js';
