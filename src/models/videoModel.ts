import type { Tensor, Tensor5D } from '../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';

/** Size of the frames a model works on. */
export interface FrameShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A model's result for a stretch of frames. */
export interface Outlook {
  /** At time t the expected frame t + 1, `[batch, time, height, width, channels]`; not limited to [0, 1]. */
  readonly prediction: Tensor5D;
  /** Memory after the last frame; the next stretch continues from it. */
  readonly state: Named<Tensor>;
  /** Activations by layer, each `[batch, time, …]`. */
  readonly latents: Named<Tensor>;
}

/**
 * A model that expects the next frame: a pure function of its parameters, so that it can be trained, compiled and
 * exported without special code. Frames are float32 in [0, 1].
 */
export interface VideoModel {
  readonly name: string;
  readonly frame: FrameShape;
  /** Parameters before training, by name. */
  parameters(seed: number): Named<HostArray>;
  /** Memory before the first frame, by name. */
  initialState(batch: number): Named<Tensor>;
  /** Watch `frames`, `[batch, time, height, width, channels]`, going on from `state`. */
  watch(parameters: Named<Tensor>, frames: Tensor5D, state: Named<Tensor>): Outlook;
}
