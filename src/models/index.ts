import { createNetwork, type ModelConfig } from './network.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/** The model that `config` describes, for frames of one size. @throws UsageError when the frames are too small for it */
export function createModel(config: ModelConfig, frame: FrameShape): VideoModel {
  const { predictor } = createNetwork(config, frame);
  if (!predictor) throw new RangeError(`model ${config.name} expects no next frame`);
  return predictor;
}

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
export type { Encoder, EncoderOptions, Encoding } from './encoder.js';
export { type FrameStackConfig, frameStack, frameStackConfig } from './frameStack.js';
export { type Head, linearHead, perceptronHead } from './heads.js';
export { cnn } from './images/cnn.js';
export { type CnnConfig, cnnConfig, cnnPresets } from './images/cnnConfig.js';
export { type ResnetConfig, resnet, resnetConfig } from './images/resnet.js';
export {
  type AnyModelConfig,
  CAPABILITIES,
  type Capability,
  createNetwork,
  drawsChanges,
  type ModelConfig,
  type ModelEntry,
  type ModelName,
  modelConfig,
  models,
  type Network,
  predictorConfig,
} from './network.js';
export { type PgnConfig, pgn, pgnConfig } from './pgn.js';
export { type Readout, readout } from './readout.js';
export type { FrameShape, Outlook, VideoModel } from './videoModel.js';
