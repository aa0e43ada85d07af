import { z } from 'zod';
import { dense, denseParameters } from '../nn/dense.js';
import type { Named } from '../tensorflow/program.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../tensorflow/tf.js';
import { convolutionalDecoder, convolutionalEncoder } from './convolutionalCoder.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/** Settings of the autoencoder. */
export const autoencoderConfig = z.strictObject({
  name: z.literal('autoencoder'),
  /** Filters of the encoder's convolutions, outermost first; the decoder mirrors them. Each halves the picture. */
  filters: z.array(z.int().positive()).min(1).default([32, 32]),
  /** Side of every convolution kernel, in pixels. */
  kernel: z.int().positive().default(3),
  /**
   * Units of the fully connected layer: a number (the paper's "AE FC #units" has as many as the PGN's LSTM), or as many as
   * give the layer the weights of an LSTM of so many units in its place ("AE FC #weights"; see `unitsOfEqualWeights`).
   */
  units: z
    .union([z.int().positive(), z.strictObject({ asManyWeightsAsLstm: z.int().positive() })], {
      error: 'a number of units, or { asManyWeightsAsLstm: units of that LSTM }',
    })
    .default(512),
});
export type AutoencoderConfig = z.infer<typeof autoencoderConfig>;

/**
 * The PGN without its memory: each frame's code goes through one fully connected layer with ReLU to the PGN's decoder. Trained
 * to reconstruct (`training.target: current`) it is the control "AE FC" of Lotter, Kreiman & Cox (arXiv 1511.06380).
 */
export function autoencoder(config: AutoencoderConfig, frame: FrameShape): VideoModel {
  const encoder = convolutionalEncoder('encoder', config, frame);
  const { features } = encoder;
  const units =
    typeof config.units === 'number'
      ? config.units
      : unitsOfEqualWeights({ features, lstm: config.units.asManyWeightsAsLstm });
  const decoder = convolutionalDecoder('decoder', units, config, frame);

  return {
    name: 'autoencoder',
    frame,

    parameters: (seed) => ({
      ...encoder.parameters(seed),
      ...denseParameters('fc', features, units, seed),
      ...decoder.parameters(seed),
    }),

    initialState: () => ({}),

    watch(parameters, frames) {
      const [batch, time] = frames.shape;
      const flat = tf.reshape(frames, [batch * time, frame.height, frame.width, frame.channels]);
      const maps = encoder.encode(parameters, flat as Tensor4D);
      const code = tf.reshape(maps.at(-1)!, [batch * time, features]);
      const hidden = tf.relu(dense(parameters, 'fc', code));
      const latents: Named<Tensor> = { fc: tf.reshape(hidden, [batch, time, units]) };
      maps.forEach((map, layer) => {
        latents[`encoder.${layer}`] = tf.reshape(map, [batch, time, ...map.shape.slice(1)]);
      });
      const prediction = tf.reshape(decoder.decode(parameters, hidden), frames.shape) as Tensor5D;
      return { prediction, state: {}, latents };
    },
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
