import type { PgnConfig } from './pgn.js';
import { pgn } from './pgn.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/** Settings of any model; `name` says which. */
export type ModelConfig = PgnConfig;

/** The model that `config` describes, for frames of one size. @throws RangeError when the frames are too small for it */
export function createModel(config: ModelConfig, frame: FrameShape): VideoModel {
  return pgn(config, frame);
}

export { type PgnConfig, pgn, pgnConfig } from './pgn.js';
export type { FrameShape, Outlook, VideoModel } from './videoModel.js';
