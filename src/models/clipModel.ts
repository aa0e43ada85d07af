import type tf from '../tensorflow/backend/tf.js';
import type { Tensor, Tensor5D } from '../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import type { FrameShape } from './videoModel.js';

/** A model that classifies a clip after each of its frames. */
export interface ClipModel {
  readonly image: FrameShape;
  /** Parameters before training, by name. */
  parameters(seed: number): Named<HostArray>;
  /** Clips `[n, time, height, width, channels]` in [0, 1] → logits after each frame, `[n, classes]` each. */
  answers(parameters: Named<Tensor>, clips: Tensor5D): tf.Tensor2D[];
}
