import { z } from 'zod';
import { convolutionalLstm, convolutionalLstmParameters } from '../nn/convolutionalLstm.js';
import { dense, denseParameters } from '../nn/dense.js';
import type { HostArray, Named } from '../tensorflow/program.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../tensorflow/tf.js';
import { convolutionalEncoder } from './convolutionalCoder.js';
import type { FrameShape } from './videoModel.js';

/** Settings of the convolutional LSTM that says what a clip shows. */
export const convLstmClassifierConfig = z.strictObject({
  name: z.literal('conv-lstm-classifier'),
  /** Filters of the convolutions before it, from the picture up; each is followed by 2×2 max-pooling. */
  filters: z.array(z.int().positive()).min(1).default([16, 32]),
  /** Side of every convolution kernel, in pixels of its map. */
  kernel: z.int().positive().default(3),
  /** Channels of the convolutional LSTM. */
  channels: z.int().positive().default(13),
  classes: z.int().min(2).default(10),
});
export type ConvLstmClassifierConfig = z.infer<typeof convLstmClassifierConfig>;

/** A classifier of clips that remembers by gates that it learns. */
export interface ConvLstmClassifier {
  readonly image: FrameShape;
  parameters(seed: number): Named<HostArray>;
  /** Clips `[n, time, height, width, channels]` in [0, 1] → logits after each frame, `[n, classes]` each. */
  answers(parameters: Named<Tensor>, clips: Tensor5D): tf.Tensor2D[];
}

/**
 * Convolutions on each frame, a convolutional LSTM (Shi et al. 2015) over their maps, its mean over the picture, a linear classifier:
 * what the dynamic NRM is compared with, which with the default sizes has as many parameters (25,000) as the one of
 * `classify-occluded-digits-100-labels`. It renders nothing.
 * @throws UsageError when the frames are too small for so many poolings
 */
export function convLstmClassifier(
  { filters, kernel, channels, classes }: ConvLstmClassifierConfig,
  image: FrameShape,
): ConvLstmClassifier {
  const encoder = convolutionalEncoder('encoder', { filters, kernel }, image);
  return {
    image,

    parameters: (seed) => ({
      ...encoder.parameters(seed),
      ...convolutionalLstmParameters('lstm', { kernel, inputs: filters.at(-1)!, channels }, seed),
      ...denseParameters('classifier', channels, classes, seed),
    }),

    answers(parameters, clips) {
      const [n, time] = clips.shape;
      const frames = tf.reshape(clips, [n * time, image.height, image.width, image.channels]) as Tensor4D;
      const map = encoder.encode(parameters, frames).at(-1)!;
      const [, height, width, inputs] = map.shape;
      const nothing = () => tf.fill([n, height, width, channels], 0) as Tensor4D;
      const seen = tf.reshape(map, [n, time, height, width, inputs]) as Tensor5D;
      const states = convolutionalLstm(parameters, 'lstm', seen, { h: nothing(), c: nothing() });
      return states.map(({ h }) => dense(parameters, 'classifier', tf.mean(h, [1, 2])) as tf.Tensor2D);
    },
  };
}
