import type { Moments } from '../nn/batchNorm.js';
import type tf from '../tensorflow/backend/tf.js';
import type { Tensor, Tensor4D } from '../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import type { FrameShape } from './videoModel.js';

/** The result of an encoder. */
export interface Encoding {
  /** By name, in order from the image up: maps `[n, height, width, channels]` or vectors `[n, channels]`. */
  readonly layers: Named<Tensor>;
  /** The input of a head, `[n, features]`. */
  readonly features: tf.Tensor2D;
  /** What the moving statistics follow, by their names: moments of this batch. Empty but with `training`; of fixed ones there are none. */
  readonly moments: Named<Tensor>;
}

export interface EncoderOptions {
  /** Normalise by the moments of this batch, and drop units. */
  readonly training?: boolean;
  /** Draws for dropout: `step.randomUniform`. Needed to train an encoder that drops units. */
  readonly randomUniform?: (shape: readonly number[]) => Tensor;
  /** Sees each of the encoder's `rungs` on the way up, and gives what goes on in its place. With `training` only. */
  readonly atRung?: (rung: Rung) => Tensor;
}

/** A layer between its normalisation and its nonlinearity, where a ladder network adds noise. */
export interface Rung {
  readonly name: string;
  /** Normalised by this batch, before scale and shift, `[n, …]`. */
  readonly value: Tensor;
  /** What it was normalised by. */
  readonly moments: Moments;
}

/**
 * Names of statistics that follow from the training images alone (`Encoder.fit`) begin so: neither steps nor batches nor a teacher's
 * average move them, not even by a rounding error.
 */
export const FIXED_PREFIX = 'fixed/';

/** Training images as an encoder looks at them before it learns, `[count, height, width, channels]`, 0 to 255. */
export interface FittingImages extends FrameShape {
  readonly count: number;
  readonly images: Uint8Array;
}

/**
 * Turns images into features: a pure function of named parameters, so that any method can train it and any of its layers can be
 * read. Images are float32 in [0, 1]. Images of a batch may affect each other in `moments` and, with `training`, in the
 * normalisation; otherwise each is independent.
 */
export interface Encoder {
  readonly name: string;
  readonly image: FrameShape;
  /** Values of what a head reads. */
  readonly features: number;
  /** Names and shapes of the layers, from the image up, without the batch: `[height, width, channels]` or `[channels]`. */
  readonly layers: Named<readonly number[]>;
  /** Names among the parameters that follow the data and are not trained: moving means and variances. */
  readonly statistics: readonly string[];
  /** Names and shapes of the layers that `EncoderOptions.atRung` sees, from the image up; as in `layers`, but before any pooling. */
  readonly rungs?: Named<readonly number[]>;
  /** Parameters before training, by name. */
  parameters(seed: number): Named<HostArray>;
  /**
   * Values of its statistics called `fixed/…`, which follow from the training images alone: what it normalises or whitens by. They are
   * computed once, before the first step.
   */
  fit?(images: FittingImages): Named<HostArray>;
  /** Encode `images`, `[n, height, width, channels]`. */
  encode(parameters: Named<Tensor>, images: Tensor4D, options?: EncoderOptions): Encoding;
}
