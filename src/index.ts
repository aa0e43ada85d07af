// The library: the same nouns and verbs as the command line.

export { datasetSource } from '../datasets/building/datasetSource.js';
export { loadCifar10 } from '../datasets/images/cifar10.js';
export { loadFashionMnist } from '../datasets/images/fashionMnist.js';
export { type ImageSets, type LabelledImages, withValidation } from '../datasets/images/labelledImages.js';
export { loadMnist } from '../datasets/images/mnist.js';
export {
  type Dataset,
  type DatasetCard,
  type DatasetClip,
  datasets,
  findDataset,
} from '../datasets/index.js';
export { openFaces } from '../datasets/rotatingFaces/index.js';
export * as analysis from './analysis/index.js';
export * from './benchmark/index.js';
export { type ErrorCode, ForeframeError, InterruptedError, UsageError } from './common/errors.js';
export { Random } from './common/random.js';
export type { PipelineConfig } from './config/config.js';
export { checkConfig, loadConfig } from './config/loadConfig.js';
export type {
  /** @deprecated it is called `SampleConfig` now: methods without labels have one too */
  SampleConfig as ClassifierConfig,
  SampleConfig,
} from './config/sampleConfig.js';
export { videoSource } from './data/videoSource.js';
export { loadRun, type TrainedModel } from './engine/loadRun.js';
export { fromBytes, Predictor, toBytes } from './engine/predictor.js';
export { errorsOf, type SplitErrors } from './evaluation/evaluate.js';
export { type Evaluation, evaluateRun } from './evaluation/evaluateRun.js';
export { measureRollout, measureTeacherForced } from './evaluation/measure.js';
export type { Metrics } from './evaluation/metrics.js';
export type { SampleEvaluation } from './evaluation/sampleEvaluation.js';
export type { TrainingEvent } from './learning/trainingEvent.js';
export { trainRun } from './learning/trainRun.js';
export * from './library/index.js';
export { type ClipMethod, type MethodCard, methods, type SampleMethod } from './methods/index.js';
export {
  type AnyModelConfig,
  type Capability,
  createModel,
  createNetwork,
  type Encoder,
  type EncoderOptions,
  type Encoding,
  type FrameShape,
  type Head,
  linearHead,
  type ModelConfig,
  models,
  type Network,
  type Outlook,
  perceptronHead,
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
export { RunFolder } from './runs/runFolder.js';
export type { FrameSource, Split } from './stream/frameSource.js';
export * from './stream/index.js';
export type { EventKind, Instant, Place, SurpriseEvent, SurpriseSettings } from './surprise/index.js';
export * from './sweep/index.js';
export { type LoadOptions, loadTensorFlow, type TensorFlowInfo } from './tensorflow/backend/backend.js';
export {
  default as tf,
  type Scalar,
  type Tensor,
  type Tensor4D,
  type Tensor5D,
} from './tensorflow/backend/tf.js';
export type { Threads } from './tensorflow/backend/threads.js';
export { type CompileOptions, compile } from './tensorflow/program/compile.js';
export type { OptimizerSpec } from './tensorflow/spec/optimizers.js';
export type {
  Entry,
  Feed,
  HostArray,
  InputSpec,
  MinimizeOptions,
  Named,
  Program,
  ProgramSpec,
  Step,
} from './tensorflow/spec/program.js';
export type { TensorOf, TensorsOf } from './tensorflow/spec/tensorTypes.js';
export type {
  EntryInputs,
  FeedOf,
  FeedsOf,
  OutputsOf,
  StateOf,
  TypedEntry,
  TypedProgram,
  TypedSpec,
} from './tensorflow/spec/typedProgram.js';
export * from './video/index.js';
export * as views from './views/index.js';
