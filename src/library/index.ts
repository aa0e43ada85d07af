// What the command line does, as functions: a file a verb.

export { type Analysed, type AnalyseOptions, analyse } from './analyse.js';
export { type Compared, type CompareOptions, compare } from './compare.js';
export { type ComparedTests, type CompareRunsOptions, compareRuns } from './compareRuns.js';
export {
  buildDataset,
  type DatasetBuildOptions,
  datasetCards,
  type ShownDataset,
  type ShowOptions,
  showDataset,
} from './datasets.js';
export {
  type Embedding,
  type EmbeddingsOptions,
  type EveryText,
  embeddings,
  type WatchedVideo,
} from './embeddings.js';
export { type Evaluated, type EvaluateOptions, type EvaluationSizes, evaluate } from './evaluate.js';
export { type ExportOptions, exportModel } from './exportModel.js';
export { type ExtractionOptions, type ExtractionSummary, extract } from './extract.js';
export { type Predicted, type PredictOptions, predict } from './predict.js';
export { type Probed, type ProbedFiles, type ProbingOptions, probe } from './probe.js';
export { type Report, report } from './report.js';
export { type OutlierReport, type OutliersOptions, outliers } from './reporting/outliers.js';
export { type SurpriseOptions, type SurpriseSignal, surprise } from './surprise.js';
export { type Trained, type TrainedOnClips, type TrainedOnImages, train } from './train.js';
export type { TrainEvent } from './training/trainEvent.js';
export type { TrainVerbOptions } from './training/trainOptions.js';
export type { Watching, WorkProgress } from './watching.js';
