import { z } from 'zod';
import { dense, denseParameters } from '../nn/dense.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import type { Encoder } from './encoder.js';
import { modelEntry, predictingNetwork } from './modelEntry.js';
import { convolutionalDecoder } from './parts/convolutionalDecoder.js';
import { convolutionalEncoder } from './parts/convolutionalEncoder.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/** Settings of the autoencoder. */
export const autoencoderConfig = z.strictObject({
  name: z.literal('autoencoder'),
  filters: z
    .array(z.int().positive())
    .min(1)
    .default([32, 32])
    .describe(
      "Filters of the encoder's convolutions, outermost first; the decoder mirrors them. Each halves the image.",
    ),
  kernel: z.int().positive().default(3).describe('Side of every convolution kernel, in pixels.'),
  units: z
    .union(
      [
        z.int().positive(),
        z.strictObject({ asManyWeightsAsLstm: z.int().positive().describe('Units of that LSTM.') }),
      ],
      {
        error: 'a number of units, or { asManyWeightsAsLstm: units of that LSTM }',
      },
    )
    .default(512)
    .describe(
      'Units of the fully connected layer: a number (the paper\'s "AE FC #units" has as many as the PGN\'s LSTM), or as many as give the layer the weights of an LSTM of so many units in its place ("AE FC #weights"; see `unitsOfEqualWeights`).',
    ),
});
export type AutoencoderConfig = z.infer<typeof autoencoderConfig>;

/**
 * The PGN without its memory: each frame's code goes through one fully connected layer with ReLU to the PGN's decoder. Trained
 * to reconstruct (`training.target: current`) it is the control "AE FC" of Lotter, Kreiman & Cox (arXiv 1511.06380).
 */
export function autoencoder(config: AutoencoderConfig, frame: FrameShape): VideoModel {
  const { maps: encoder, units, squeeze, parameters: encoderParameters } = partsOf(config, frame);
  const decoder = convolutionalDecoder('decoder', units, config, frame);

  return {
    name: 'autoencoder',
    frame,

    parameters: (seed) => ({ ...encoderParameters(seed), ...decoder.parameters(seed) }),

    initialState: () => ({}),

    watch(parameters, frames) {
      const [batch, time] = frames.shape;
      const flat = tf.reshape(frames, [batch * time, frame.height, frame.width, frame.channels]);
      const maps = encoder.maps(parameters, flat as Tensor4D);
      const hidden = squeeze(parameters, maps.at(-1)!);
      return {
        prediction: tf.reshape(decoder.decode(parameters, hidden), frames.shape) as Tensor5D,
        state: {},
        latents: {
          fc: tf.reshape(hidden, [batch, time, units]),
          ...encoder.overTime(maps, batch, time),
        },
      };
    },
  };
}

/**
 * What the autoencoder draws images from: its features are the fully connected layer's units.
 * @throws UsageError when the images are too small for its poolings
 */
export function autoencoderEncoder(config: AutoencoderConfig, image: FrameShape): Encoder {
  const { maps, units, squeeze, parameters } = partsOf(config, image);
  return {
    name: 'autoencoder',
    image,
    features: units,
    layers: { ...maps.layers, fc: [units] },
    statistics: [],
    parameters,

    encode(parameters, images) {
      const { layers } = maps.encode(parameters, images);
      const features = squeeze(parameters, Object.values(layers).at(-1)!);
      return { layers: { ...layers, fc: features }, features, moments: {} };
    },
  };
}

function partsOf(config: AutoencoderConfig, frame: FrameShape) {
  const maps = convolutionalEncoder('encoder', config, frame);
  const { features } = maps;
  const units =
    typeof config.units === 'number'
      ? config.units
      : unitsOfEqualWeights({ features, lstm: config.units.asManyWeightsAsLstm });
  return {
    maps,
    units,
    parameters: (seed: number): Named<HostArray> => ({
      ...maps.parameters(seed),
      ...denseParameters('fc', features, units, seed),
    }),
    /** The last map to the units, `[n, units]`. */
    squeeze: (parameters: Named<Tensor>, map: Tensor) =>
      tf.relu(dense(parameters, 'fc', tf.reshape(map, [-1, features]))) as tf.Tensor2D,
  };
}

/**
 * Units of a fully connected layer that has as many weights, biases included, as an LSTM of `lstm` units on the same
 * `features`: 4 · lstm · (features + lstm + 1) of them, to the nearest unit.
 */
export function unitsOfEqualWeights({
  features,
  lstm,
}: {
  readonly features: number;
  readonly lstm: number;
}): number {
  return Math.round((4 * lstm * (features + lstm + 1)) / (features + 1));
}

export const autoencoderModel = modelEntry({
  summary: 'the PGN with a fully connected layer in place of its memory: a control that reconstructs',
  source: 'Lotter, Kreiman & Cox, arXiv 1511.06380 ("AE FC")',
  schema: autoencoderConfig,
  offers: ['encoder', 'next-frame'],
  create: (config, frame) => predictingNetwork(autoencoder(config, frame), autoencoderEncoder(config, frame)),
});
