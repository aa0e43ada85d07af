import type tf from '../tensorflow/backend/tf.js';
import type { Tensor, Tensor5D } from '../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import type { FrameShape, Outlook } from './videoModel.js';

/** A model that classifies a clip after each of its frames. */
export interface ClipModel {
  readonly image: FrameShape;
  /** Parameters before training, by name. */
  parameters(seed: number): Named<HostArray>;
  /** Memory before the first frame, by name. */
  initialState(batch: number): Named<Tensor>;
  /** Watch `frames`, `[n, time, height, width, channels]` in [0, 1], going on from `state`: its layers after each frame, and its memory. */
  watch(
    parameters: Named<Tensor>,
    frames: Tensor5D,
    state: Named<Tensor>,
  ): Pick<Outlook, 'state' | 'latents'>;
  /** Clips from an empty memory → logits after each frame, `[n, classes]` each. */
  answers(parameters: Named<Tensor>, clips: Tensor5D): tf.Tensor2D[];
}
