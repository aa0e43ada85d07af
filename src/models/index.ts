import { type ConvLstmConfig, convLstm } from './convLstm.js';
import { type PgnConfig, pgn } from './pgn.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/** Settings of any model; `name` says which. */
export type ModelConfig = PgnConfig | ConvLstmConfig;

/** The model that `config` describes, for frames of one size. @throws RangeError when the frames are too small for it */
export function createModel(config: ModelConfig, frame: FrameShape): VideoModel {
  switch (config.name) {
    case 'pgn':
      return pgn(config, frame);
    case 'conv-lstm':
      return convLstm(config, frame);
  }
}

export { type ConvLstmConfig, convLstm, convLstmConfig } from './convLstm.js';
export { type PgnConfig, pgn, pgnConfig } from './pgn.js';
export type { FrameShape, Outlook, VideoModel } from './videoModel.js';
