export { withShapesOnly } from '../nn/initializers.js';
export {
  type AutoencoderConfig,
  autoencoder,
  autoencoderConfig,
  unitsOfEqualWeights,
} from './autoencoder.js';
export { type ConvLstmConfig, convLstm, convLstmConfig } from './convLstm.js';
export {
  DISCRIMINATOR_PREFIX,
  type Discriminator,
  type DiscriminatorConfig,
  discriminator,
  discriminatorConfig,
} from './discriminator.js';
export {
  type DynamicNrm,
  type DynamicNrmConfig,
  dynamicNrm,
  dynamicNrmConfig,
  dynamicNrmModel,
} from './dynamicNrm/index.js';
export type { Encoder, EncoderOptions, Encoding, Rung } from './encoder.js';
export { type FrameStackConfig, frameStack, frameStackConfig } from './frameStack.js';
export { type Head, linearHead, perceptronHead } from './heads.js';
export { cnn } from './images/cnn.js';
export { type CnnConfig, cnnConfig, cnnPresets } from './images/cnnConfig.js';
export { type MlpConfig, mlp, mlpConfig } from './images/mlp.js';
export { type ResnetConfig, resnet, resnetConfig } from './images/resnet.js';
export {
  type AnyModelConfig,
  CAPABILITIES,
  type Capability,
  createNetwork,
  drawsChanges,
  type ModelEntry,
  type ModelName,
  modelConfig,
  models,
  type Network,
  predictorConfig,
} from './network.js';
export { type PgnConfig, pgn, pgnConfig } from './pgn.js';
export { createModel, type ModelConfig } from './predictors.js';
export { type Readout, readout } from './readout.js';
export type { FrameShape, Outlook, VideoModel } from './videoModel.js';
