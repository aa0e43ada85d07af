// The library: the same nouns as the command line.
export { loadCifar10 } from '../datasets/cifar10.js';
export { datasetSource } from '../datasets/datasetSource.js';
export { loadFashionMnist } from '../datasets/fashionMnist.js';
export {
  type Dataset,
  type DatasetCard,
  type DatasetClip,
  datasets,
  findDataset,
} from '../datasets/index.js';
export { type ImageSets, type LabelledImages, withValidation } from '../datasets/labelledImages.js';
export { loadMnist } from '../datasets/mnist.js';
export { openFaces } from '../datasets/rotatingFaces/index.js';
export { ForeframeError, InterruptedError, UsageError } from './common/errors.js';
export { Random } from './common/random.js';
export {
  createModel,
  type FrameShape,
  type ModelConfig,
  type Outlook,
  pgn,
  type VideoModel,
} from './models/index.js';
export {
  type HardEmOptions,
  HardEmStep,
  type Inference,
  type Nrm,
  type NrmConfig,
  nrm,
  nrmConfig,
  nrmPresets,
  pathOf,
  pathScore,
  type RenderingPath,
  type SignedInferenceOptions,
  signedInference,
  signedLogits,
} from './models/nrm/index.js';
export type { FrameSource, Split } from './stream/frameSource.js';
export * from './stream/index.js';
export { type LoadOptions, loadTensorFlow, type TensorFlowInfo } from './tensorflow/backend.js';
export { compile } from './tensorflow/compile.js';
export type { OptimizerSpec } from './tensorflow/optimizers.js';
export type {
  Entry,
  Feed,
  HostArray,
  InputSpec,
  Named,
  Program,
  ProgramSpec,
  Step,
} from './tensorflow/program.js';
export { default as tf } from './tensorflow/tf.js';
export type { Threads } from './tensorflow/threads.js';
export type { PipelineConfig } from './training/config.js';
export { errorsOf, type SplitErrors } from './training/evaluate.js';
export { type Evaluation, evaluateRun } from './training/evaluateRun.js';
export { checkConfig, loadConfig } from './training/loadConfig.js';
export { loadRun, type TrainedModel } from './training/loadRun.js';
export { measureRollout, measureTeacherForced } from './training/measure.js';
export type { Metrics } from './training/metrics.js';
export { fromBytes, Predictor, toBytes } from './training/predictor.js';
export { RunFolder } from './training/runFolder.js';
export type { TrainingEvent } from './training/trainingEvent.js';
export { trainRun } from './training/trainRun.js';
export { videoSource } from './training/videoSource.js';
export * from './video/index.js';
