import type tf from '../../tensorflow/backend/tf.js';
import type { Scalar, Tensor, Tensor5D } from '../../tensorflow/backend/tf.js';
import type { NrmObjectivesConfig } from '../settings/nrmObjectives.js';

/** Clips that are trained on side by side. */
export interface ClipBatch {
  /** `[n, time, height, width, channels]` in [0, 1]; the labelled ones come first. */
  readonly clips: Tensor5D;
  /** The clips to render, where they differ from the input: those without noise. */
  readonly clean?: Tensor5D;
  /** `[labelled]` int32. */
  readonly labels: Tensor;
  /** The teacher's logits after each frame, `[n, classes]`; where consistency counts. */
  readonly teacher?: readonly tf.Tensor2D[];
}

export type ClipTerms = Partial<Record<keyof NrmObjectivesConfig, Scalar>>;
