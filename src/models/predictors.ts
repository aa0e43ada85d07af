import { type AutoencoderConfig, autoencoder } from './autoencoder.js';
import { type ConvLstmConfig, convLstm } from './convLstm.js';
import { type DynamicNrmConfig, dynamicNrmModel } from './dynamicNrm/index.js';
import { type FrameStackConfig, frameStack } from './frameStack.js';
import { type PgnConfig, pgn } from './pgn.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/**
 * What builds each model that expects the next frame. Apart from the registry of all models (`network.ts`), which checks settings: a
 * page in a browser takes settings that were checked, and leaves the schemas behind.
 */
const predictors = {
  pgn,
  autoencoder,
  'conv-lstm': convLstm,
  'frame-stack': frameStack,
  'dynamic-nrm': dynamicNrmModel,
};

/** Settings of any model that expects the next frame. */
export type ModelConfig =
  | PgnConfig
  | AutoencoderConfig
  | ConvLstmConfig
  | FrameStackConfig
  | DynamicNrmConfig;

/** The model that `config` describes, for frames of one size. @throws UsageError when the frames are too small for it */
export function createModel(config: ModelConfig, frame: FrameShape): VideoModel {
  const create: (config: never, frame: FrameShape) => VideoModel = predictors[config.name];
  return create(config as never, frame);
}
