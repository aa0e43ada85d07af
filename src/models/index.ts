import { type AutoencoderConfig, autoencoder } from './autoencoder.js';
import { type ConvLstmConfig, convLstm } from './convLstm.js';
import { type DynamicNrmConfig, dynamicNrmModel } from './dynamicNrm/index.js';
import { type FrameStackConfig, frameStack } from './frameStack.js';
import { type PgnConfig, pgn } from './pgn.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/** Settings of any model; `name` says which. */
export type ModelConfig =
  | PgnConfig
  | AutoencoderConfig
  | ConvLstmConfig
  | FrameStackConfig
  | DynamicNrmConfig;

/** The model that `config` describes, for frames of one size. @throws UsageError when the frames are too small for it */
export function createModel(config: ModelConfig, frame: FrameShape): VideoModel {
  switch (config.name) {
    case 'pgn':
      return pgn(config, frame);
    case 'autoencoder':
      return autoencoder(config, frame);
    case 'conv-lstm':
      return convLstm(config, frame);
    case 'frame-stack':
      return frameStack(config, frame);
    case 'dynamic-nrm':
      return dynamicNrmModel(config, frame);
  }
}

/** Whether a model adds what it draws to the last frame seen: drawing nothing, it gives that frame back. */
export function drawsChanges(config: ModelConfig): boolean {
  switch (config.name) {
    case 'pgn':
      return config.output === 'residual';
    case 'autoencoder':
    case 'dynamic-nrm':
      return false;
    case 'conv-lstm':
    case 'frame-stack':
      return true;
  }
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
export { type FrameStackConfig, frameStack, frameStackConfig } from './frameStack.js';
export { type PgnConfig, pgn, pgnConfig } from './pgn.js';
export type { FrameShape, Outlook, VideoModel } from './videoModel.js';
