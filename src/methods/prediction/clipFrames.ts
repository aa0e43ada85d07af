import type { FrameShape } from '../../models/videoModel.js';
import tf, { type Tensor, type Tensor5D } from '../../tensorflow/backend/tf.js';

export interface VideoProgramSizes {
  /** Clips that are trained on or evaluated side by side. */
  readonly batch: number;
  /** Frames watched in each; a clip holds one more. */
  readonly steps: number;
}

/** The input of an entry that takes whole clips. */
export function clipsInput({ height, width, channels }: FrameShape, { batch, steps }: VideoProgramSizes) {
  return { shape: [batch, steps + 1, height, width, channels], dtype: 'uint8' } as const;
}

/** Frames that are watched and the frames that follow each, in [0, 1]. */
export function watchedAndNext(clips: Tensor): [watched: Tensor5D, next: Tensor5D] {
  const scaled = tf.div(clips, 255) as Tensor5D;
  const [batch, time, ...frame] = scaled.shape as [number, number, number, number, number];
  const size: [number, number, number, number, number] = [batch, time - 1, ...frame];
  return [tf.slice(scaled, [0, 0, 0, 0, 0], size), tf.slice(scaled, [0, 1, 0, 0, 0], size)];
}
