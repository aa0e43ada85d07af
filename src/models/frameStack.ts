import { z } from 'zod';
import { required } from '../common/required.js';
import { convolution, convolutionParameters } from '../nn/convolution.js';
import { foldPatches } from '../nn/patches.js';
import tf, { type Tensor, type Tensor4D } from '../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import type { Encoder } from './encoder.js';
import { modelEntry, predictingNetwork } from './modelEntry.js';
import { frameStackMemory } from './parts/frameStackMemory.js';
import { patchCoder, patchPlaces } from './parts/patchCoder.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/** Settings of the residual network over a stack of frames. */
export const frameStackConfig = z.strictObject({
  name: z.literal('frame-stack'),
  // The default for own videos was a conv-lstm, whose channels are a list: settings for one layer keep their meaning.
  channels: z
    .preprocess(
      (given) => (Array.isArray(given) && given.length === 1 ? given[0] : given),
      z.int().positive().default(48),
    )
    .describe('Channels of every residual block.'),
  blocks: z
    .int()
    .positive()
    .max(256)
    .default(3)
    .describe('Residual blocks of two convolutions each: more of them see further and turn corners better.'),
  kernel: z.int().positive().default(3).describe('Side of every convolution kernel, in patches.'),
  patch: z
    .int()
    .positive()
    .default(2)
    .describe('Side of the patches of pixels that are folded into channels.'),
  history: z
    .int()
    .min(2)
    .default(3)
    .describe(
      'Frames that are looked at together: all that the model remembers. Two give velocity, more average its error out.',
    ),
});
export type FrameStackConfig = z.infer<typeof frameStackConfig>;

/** Blocks start close to the identity, so that depth costs nothing at first (as in Fixup: Zhang, Dauphin & Ma 2019). */
const BRANCH_SCALE = 0.3;

/**
 * Residual convolutional network over the last few frames (the idea of SimVP: Gao, Tan, Wu & Li 2022, that prediction needs no
 * recurrence; blocks of He et al. 2016 without normalisation). Patches of the last frame and of the differences between the
 * frames before it are folded into channels, residual blocks work on them in place, and one convolution draws what to add to
 * the last frame.
 * It has no memory beyond `history` frames, and so it need not compute one frame after the other. On bouncing balls its error was
 * 1.2 a frame after 50 seconds of one core; that of a convolutional LSTM of about equal cost was 2.4, and 2.0 after 125 seconds.
 */
export function frameStack(config: FrameStackConfig, frame: FrameShape): VideoModel {
  const { channels, kernel, patch, history } = config;
  const places = patchPlaces(frame, patch);
  const [rows, columns, folded] = places;
  const stacked = folded * history;
  const stack = frameStackMemory(places, history);
  const coder = patchCoder('output', { inputs: channels + stacked, kernel, patch }, frame);

  return {
    name: 'frame-stack',
    frame,

    parameters: (seed) => ({ ...bodyParameters(config, stacked, seed), ...coder.parameters(seed) }),

    initialState: stack.initialState,

    watch(parameters, frames, before) {
      const [batch, time] = frames.shape;
      const { output, state } = stack.watch(parameters, coder.fold(frames), before);
      const input = tf.reshape(output, [batch * time, rows, columns, stacked]) as Tensor4D;
      const { map, layers } = runBody(config, parameters, input);
      const latents = Object.fromEntries(
        Object.entries(layers).map(([name, layer]) => [
          name,
          tf.reshape(layer, [batch, time, rows, columns, channels]),
        ]),
      );
      const maps = tf.concat([map, input], 3) as Tensor4D;
      return { prediction: coder.drawChange(parameters, maps, frames), state, latents };
    },
  };
}

/**
 * The network over a stack of frames as an encoder of single images: the image repeated, so that all differences are 0, which is
 * also what the model sees in a first frame. Its features are the means of the last block's channels.
 */
export function frameStackEncoder(config: FrameStackConfig, image: FrameShape): Encoder {
  const { channels, blocks, patch, history } = config;
  const [rows, columns, folded] = patchPlaces(image, patch);
  return {
    name: 'frame-stack',
    image,
    features: channels,
    layers: Object.fromEntries(
      Array.from({ length: blocks }, (_, block) => [`block.${block}`, [rows, columns, channels]]),
    ),
    statistics: [],
    parameters: (seed) => bodyParameters(config, folded * history, seed),

    encode(parameters, images) {
      const patches = foldPatches(images, patch);
      const still = Array.from({ length: history - 1 }, () => tf.zerosLike(patches));
      const input = tf.concat([patches, ...still], 3) as Tensor4D;
      const { map, layers } = runBody(config, parameters, input);
      return { layers, features: tf.mean(map, [1, 2]), moments: {} };
    },
  };
}

function bodyParameters(
  { channels, blocks, kernel }: FrameStackConfig,
  stacked: number,
  seed: number,
): Named<HostArray> {
  const all = convolutionParameters('stem', { kernel, inputs: stacked, filters: channels }, seed);
  const square = { kernel, inputs: channels, filters: channels };
  for (let block = 0; block < blocks; block++) {
    Object.assign(all, convolutionParameters(`block.${block}.0`, square, seed));
    Object.assign(all, convolutionParameters(`block.${block}.1`, square, seed));
    all[`block.${block}.1.weight`] = scaled(required(all, `block.${block}.1.weight`), BRANCH_SCALE);
  }
  return all;
}

/** Stacks `[n, rows, columns, stacked]` through the stem and all blocks, `[n, rows, columns, channels]` each. */
function runBody({ blocks }: FrameStackConfig, parameters: Named<Tensor>, input: Tensor4D) {
  const layers: Named<Tensor> = {};
  let map = tf.relu(convolution(parameters, 'stem', input));
  for (let block = 0; block < blocks; block++) {
    const inner = tf.relu(convolution(parameters, `block.${block}.0`, map));
    map = tf.relu(tf.add(map, convolution(parameters, `block.${block}.1`, inner)));
    layers[`block.${block}`] = map;
  }
  return { map, layers };
}

function scaled({ shape, data }: HostArray, factor: number): HostArray {
  return { shape, data: Float32Array.from(data, (value) => value * factor) };
}

export const frameStackModel = modelEntry({
  summary: 'residual convolutional network over the last few frames that draws what changes',
  source: "foreframe's own, after SimVP (Gao et al., arXiv 2206.05099)",
  schema: frameStackConfig,
  offers: ['encoder', 'next-frame', 'memory'],
  create: (config, frame) => predictingNetwork(frameStack(config, frame), frameStackEncoder(config, frame)),
  drawsChanges: () => true,
});
