export { fastestAlgebra } from './algebra/fastestAlgebra.js';
export { balancedWeights, labelsOf } from './algebra/labels.js';
export type { LinearAlgebra } from './algebra/linearAlgebra.js';
export { type DoubleMatrix, type Matrix, matrixOf, selectRows } from './algebra/matrix.js';
export { type Neighbours, nearestNeighbours } from './algebra/neighbours.js';
export { plainAlgebra } from './algebra/plainAlgebra.js';
export {
  type Choice,
  type CrossValidation,
  chooseByCrossValidation,
} from './estimators/chooseByCrossValidation.js';
export type { Estimator, FittedClassifier, FittedRegressor } from './estimators/estimator.js';
export { FittedLinearClassifier } from './estimators/fittedLinearClassifier.js';
export { LinearSvm, type LinearSvmSettings } from './estimators/linearSvm.js';
export {
  FittedLogisticRegression,
  LogisticRegression,
  type LogisticSettings,
} from './estimators/logisticRegression.js';
export {
  FittedNearestNeighbours,
  NearestNeighbours,
  type NearestNeighboursSettings,
} from './estimators/nearestNeighbours.js';
export { FittedRidge, type RegressionTargets, Ridge, type RidgeSettings } from './estimators/ridge.js';
export { FittedRidgeCV, RidgeCV, type RidgeCVSettings } from './estimators/ridgeCV.js';
export { type Fold, groupedKFold, kFold, stratifiedKFold } from './estimators/splits.js';
export { FittedStandardScaler, StandardScaler } from './estimators/standardScaler.js';
export { distancesOf, type FittedMds, Mds, type MdsSettings } from './maps/mds.js';
export { FittedPca, Pca, type PcaSettings } from './maps/pca.js';
export { accuracy, balancedAccuracy, type Confusion, confusionMatrix } from './scores/accuracy.js';
export { auroc, aurocOneVsRest } from './scores/auroc.js';
export {
  type BootstrapOptions,
  bootstrapInterval,
  type Interval,
  pairedDifference,
} from './scores/bootstrap.js';
export { type Recall, retrievalRecall } from './scores/retrieval.js';
export { rSquared, rSquaredByTarget } from './scores/rSquared.js';
