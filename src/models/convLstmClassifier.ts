import { z } from 'zod';
import {
  type ConvolutionalLstmState,
  convolutionalLstm,
  convolutionalLstmParameters,
  convolutionalLstmStart,
  startParameters,
} from '../nn/convolutionalLstm.js';
import { dense, denseParameters } from '../nn/dense.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../tensorflow/backend/tf.js';
import type { Named } from '../tensorflow/spec/program.js';
import type { ClipModel } from './clipModel.js';
import type { Encoder } from './encoder.js';
import { modelEntry } from './modelEntry.js';
import { convolutionalEncoder } from './parts/convolutionalEncoder.js';
import type { FrameShape } from './videoModel.js';

/** Settings of the convolutional LSTM that classifies clips. */
export const convLstmClassifierConfig = z.strictObject({
  name: z.literal('conv-lstm-classifier'),
  filters: z
    .array(z.int().positive())
    .min(1)
    .default([16, 32])
    .describe(
      'Filters of the convolutions before it, from the image up; each is followed by 2×2 max-pooling.',
    ),
  kernel: z.int().positive().default(3).describe('Side of every convolution kernel, in pixels of its map.'),
  channels: z.int().positive().default(13).describe('Channels of the convolutional LSTM.'),
  classes: z.int().min(2).default(10).describe('Classes to distinguish.'),
});
export type ConvLstmClassifierConfig = z.infer<typeof convLstmClassifierConfig>;

/** A classifier of clips whose memory has learned gates. */
export type ConvLstmClassifier = ClipModel;

/**
 * Convolutions on each frame, a convolutional LSTM (Shi et al. 2015) over their maps, its mean over the image, a linear classifier:
 * what the dynamic NRM is compared with, which with the default sizes has as many parameters (25,000) as the one of
 * `classify-occluded-digits-100-labels`. It renders nothing.
 * @throws UsageError when the frames are too small for so many poolings
 */
export function convLstmClassifier(
  { filters, kernel, channels, classes }: ConvLstmClassifierConfig,
  image: FrameShape,
): ConvLstmClassifier {
  const encoder = convolutionalEncoder('encoder', { filters, kernel }, image);
  const [height, width] = Object.values(encoder.layers).at(-1) as [number, number, number];
  const nothing = (n: number) => tf.fill([n, height, width, channels], 0) as Tensor4D;
  const initialState = (n: number) => ({ h: nothing(n), c: nothing(n) });

  function watched(parameters: Named<Tensor>, clips: Tensor5D, before: ConvolutionalLstmState) {
    const [n, time] = clips.shape;
    const frames = tf.reshape(clips, [n * time, image.height, image.width, image.channels]) as Tensor4D;
    const perFrame = encoder.overTime(encoder.maps(parameters, frames), n, time);
    const seen = Object.values(perFrame).at(-1) as Tensor5D;
    const states = convolutionalLstm(parameters, 'lstm', seen, before);
    const features = states.map(({ h }) => tf.mean(h, [1, 2]) as tf.Tensor2D);
    return { perFrame, states, features };
  }

  return {
    image,
    initialState,

    parameters: (seed) => ({
      ...encoder.parameters(seed),
      ...convolutionalLstmParameters('lstm', { kernel, inputs: filters.at(-1)!, channels }, seed),
      ...denseParameters('classifier', channels, classes, seed),
    }),

    watch(parameters, frames, { h, c }) {
      const before = { h, c } as ConvolutionalLstmState;
      const { perFrame, states, features } = watched(parameters, frames, before);
      const logits = features.map((each) => dense(parameters, 'classifier', each));
      return {
        state: { ...states.at(-1)! },
        latents: {
          ...perFrame,
          'lstm.h': tf.stack(
            states.map((each) => each.h),
            1,
          ),
          features: tf.stack(features, 1),
          logits: tf.stack(logits, 1),
        },
      };
    },

    answers(parameters, clips) {
      const { features } = watched(parameters, clips, initialState(clips.shape[0]));
      return features.map((each) => dense(parameters, 'classifier', each) as tf.Tensor2D);
    },
  };
}

/**
 * Its encoder of single images: the convolutions and one step of the convolutional LSTM from an empty memory (`lstm.h`). The
 * features are what its classifier reads, the means of the LSTM's channels. The recurrent weights are not among its parameters.
 * @throws UsageError when the images are too small for so many poolings
 */
export function convLstmClassifierEncoder(
  { filters, kernel, channels }: ConvLstmClassifierConfig,
  image: FrameShape,
): Encoder {
  const below = convolutionalEncoder('encoder', { filters, kernel }, image);
  const [height, width, inputs] = Object.values(below.layers).at(-1) as [number, number, number];
  return {
    name: 'conv-lstm-classifier',
    image,
    features: channels,
    layers: { ...below.layers, 'lstm.h': [height, width, channels] },
    statistics: [],

    parameters: (seed) => ({
      ...below.parameters(seed),
      ...startParameters('lstm', { kernel, inputs, channels }, seed),
    }),

    encode(parameters, images) {
      const { layers } = below.encode(parameters, images);
      const top = Object.values(layers).at(-1) as Tensor4D;
      const { h } = convolutionalLstmStart(parameters, 'lstm', top);
      return { layers: { ...layers, 'lstm.h': h }, features: tf.mean(h, [1, 2]), moments: {} };
    },
  };
}

export const convLstmClassifierModel = modelEntry({
  summary: 'convolutional LSTM over clips that says what each shows',
  source: "foreframe's own, of known parts (Shi et al., arXiv 1506.04214)",
  schema: convLstmClassifierConfig,
  offers: ['encoder', 'classes', 'memory'],
  create(config, frame) {
    const clipClassifier = convLstmClassifier(config, frame);
    return {
      name: config.name,
      image: frame,
      statistics: [],
      parameters: clipClassifier.parameters,
      encoder: convLstmClassifierEncoder(config, frame),
      clipClassifier,
      classes: config.classes,
    };
  },
});
