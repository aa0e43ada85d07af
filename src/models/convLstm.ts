import { z } from 'zod';
import { convolutionalLstmStart, startParameters } from '../nn/convolutionalLstm.js';
import { foldPatches } from '../nn/patches.js';
import tf, { type Tensor, type Tensor4D } from '../tensorflow/backend/tf.js';
import type { Named } from '../tensorflow/spec/program.js';
import type { Encoder } from './encoder.js';
import { modelEntry, predictingNetwork } from './modelEntry.js';
import { convolutionalLstmMemory } from './parts/convolutionalLstmMemory.js';
import { differenceMemory } from './parts/differenceMemory.js';
import { patchCoder, patchPlaces } from './parts/patchCoder.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/** Settings of the convolutional LSTM. */
export const convLstmConfig = z.strictObject({
  name: z.literal('conv-lstm'),
  channels: z
    .array(z.int().positive())
    .min(1)
    .default([32, 32])
    .describe('Channels of each layer, lowest first.'),
  kernel: z.int().positive().default(3).describe('Side of every convolution kernel, in patches.'),
  patch: z
    .int()
    .positive()
    .default(2)
    .describe(
      'Side of the patches of pixels that are folded into channels: larger sees further and computes less.',
    ),
});
export type ConvLstmConfig = z.infer<typeof convLstmConfig>;

/**
 * Convolutional LSTM (Shi et al. 2015) that draws what changes. Patches of the frame, and of its difference from the frame
 * before, are folded into channels; layers of convolutional LSTM carry what was seen through time in place; one convolution
 * of the top layer and the difference draws what to add to the last frame.
 * Unlike the PGN it never squeezes a frame through one vector, so it keeps places exact, and it knows nothing global.
 */
export function convLstm(config: ConvLstmConfig, frame: FrameShape): VideoModel {
  const { channels, kernel, patch } = config;
  const places = patchPlaces(frame, patch);
  const [rows, columns, folded] = places;
  const coder = patchCoder('output', { inputs: channels.at(-1)! + folded, kernel, patch }, frame);
  const difference = differenceMemory(places);
  const memory = convolutionalLstmMemory('lstm', { rows, columns, inputs: 2 * folded, channels, kernel });

  return {
    name: 'conv-lstm',
    frame,

    parameters: (seed) => ({ ...coder.parameters(seed), ...memory.parameters(seed) }),

    initialState: (batch) => ({ ...difference.initialState(batch), ...memory.initialState(batch) }),

    watch(parameters, frames, before) {
      const [batch, time] = frames.shape;
      const patches = coder.fold(frames);
      const moved = difference.watch(parameters, patches, before);
      const seen = memory.watch(parameters, tf.concat([patches, moved.output], 4), before);
      const top = tf.concat([seen.output, moved.output], 4);
      const maps = tf.reshape(top, [batch * time, rows, columns, top.shape[4]]) as Tensor4D;
      return {
        prediction: coder.drawChange(parameters, maps, frames),
        state: { ...moved.state, ...seen.state },
        latents: seen.latents,
      };
    },
  };
}

/**
 * The convolutional LSTM as an encoder of single images: one step from an empty memory. Its layers are those that the model
 * shows after a first frame, its features the means of the top one's channels. The weights of what it would remember
 * (`lstm.<layer>.recurrent`) are not among its parameters.
 */
export function convLstmEncoder({ channels, kernel, patch }: ConvLstmConfig, image: FrameShape): Encoder {
  const [rows, columns, folded] = patchPlaces(image, patch);
  const layers = channels.map((count, layer) => {
    const shape = { kernel, inputs: channels[layer - 1] ?? 2 * folded, channels: count };
    return { name: `lstm.${layer}`, shape };
  });
  return {
    name: 'conv-lstm',
    image,
    features: channels.at(-1)!,
    layers: Object.fromEntries(
      layers.map(({ name, shape }) => [`${name}.h`, [rows, columns, shape.channels]]),
    ),
    statistics: [],

    parameters: (seed) =>
      Object.assign({}, ...layers.map(({ name, shape }) => startParameters(name, shape, seed))),

    encode(parameters, images) {
      const patches = foldPatches(images, patch);
      // A first frame has no difference.
      let map = tf.concat([patches, tf.zerosLike(patches)], 3) as Tensor4D;
      const found: Named<Tensor> = {};
      for (const { name } of layers) {
        map = convolutionalLstmStart(parameters, name, map).h;
        found[`${name}.h`] = map;
      }
      return { layers: found, features: tf.mean(map, [1, 2]), moments: {} };
    },
  };
}

export const convLstmModel = modelEntry({
  summary: 'convolutional LSTM that draws what changes, and keeps places exact',
  source: 'Shi et al., arXiv 1506.04214, without peepholes',
  schema: convLstmConfig,
  offers: ['encoder', 'next-frame', 'memory'],
  create: (config, frame) => predictingNetwork(convLstm(config, frame), convLstmEncoder(config, frame)),
  drawsChanges: () => true,
});
