import { z } from 'zod';
import { convolution, convolutionParameters } from '../nn/convolution.js';
import { convolutionalLstm, convolutionalLstmParameters } from '../nn/convolutionalLstm.js';
import { constant } from '../nn/initializers.js';
import { foldPatches, unfoldPatches } from '../nn/patches.js';
import type { Named } from '../tensorflow/program.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../tensorflow/tf.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/** Settings of the convolutional LSTM. */
export const convLstmConfig = z.strictObject({
  name: z.literal('conv-lstm'),
  /** Channels of each layer, lowest first. */
  channels: z.array(z.int().positive()).min(1).default([32, 32]),
  /** Side of every convolution kernel, in patches. */
  kernel: z.int().positive().default(3),
  /** Side of the patches of pixels that are folded into channels: larger sees further and computes less. */
  patch: z.int().positive().default(2),
});
export type ConvLstmConfig = z.infer<typeof convLstmConfig>;

/**
 * Differences between frames are about this much smaller than the frames: enlarged, they meet the network at the same size.
 * (Without them as an input of their own, a talking face of 4,800 frames taught it nothing in 460 steps.)
 */
const DIFFERENCE_SCALE = 4;

/**
 * Convolutional LSTM (Shi et al. 2015) that draws what changes. Patches of the frame, and of its difference from the frame
 * before, are folded into channels; layers of convolutional LSTM carry what was seen through time in place; one convolution
 * of the top layer and the difference draws what to add to the last frame.
 * Unlike the PGN it never squeezes a frame through one vector, so it keeps places exact, and it knows nothing global.
 */
export function convLstm({ channels, kernel, patch }: ConvLstmConfig, frame: FrameShape): VideoModel {
  const folded = frame.channels * patch * patch;
  const [rows, columns] = [Math.ceil(frame.height / patch), Math.ceil(frame.width / patch)];
  const inputsOf = (layer: number) => channels[layer - 1] ?? 2 * folded;

  /** The layers' states over time, lowest first. */
  const runLayers = (parameters: Named<Tensor>, x: Tensor5D, state: Named<Tensor>) => {
    let input = x;
    return channels.map((_, layer) => {
      const start = { h: state[`h${layer}`] as Tensor4D, c: state[`c${layer}`] as Tensor4D };
      const states = convolutionalLstm(parameters, `lstm.${layer}`, input, start);
      input = tf.stack(
        states.map(({ h }) => h),
        1,
      ) as Tensor5D;
      return { last: states.at(-1)!, h: input };
    });
  };

  return {
    name: 'conv-lstm',
    frame,

    parameters(seed) {
      const shape = { kernel, inputs: channels.at(-1)! + folded, filters: folded };
      const all = convolutionParameters('output', shape, seed);
      // Nothing added to the last frame: training starts from copying it.
      all['output.weight'] = constant(all['output.weight']!.shape, 0);
      channels.forEach((count, layer) => {
        const layerShape = { kernel, inputs: inputsOf(layer), channels: count };
        Object.assign(all, convolutionalLstmParameters(`lstm.${layer}`, layerShape, seed));
      });
      return all;
    },

    initialState(batch) {
      const state: Named<Tensor> = {
        before: tf.zeros([batch, rows, columns, folded]),
        // 0 until a frame was seen: the first has no difference.
        seen: tf.zeros([batch, 1, 1, 1]),
      };
      channels.forEach((count, layer) => {
        for (const part of ['h', 'c']) state[`${part}${layer}`] = tf.zeros([batch, rows, columns, count]);
      });
      return state;
    },

    watch(parameters, frames, state) {
      const [batch, time] = frames.shape;
      const flat = tf.reshape(frames, [batch * time, frame.height, frame.width, frame.channels]) as Tensor4D;
      const patches = tf.reshape(foldPatches(flat, patch), [batch, time, rows, columns, folded]) as Tensor5D;
      const difference = differences(patches, state.before!, state.seen!);
      const layers = runLayers(parameters, tf.concat([patches, difference], 4), state);
      const after: Named<Tensor> = {
        before: tf.reshape(
          tf.slice(patches, [0, time - 1, 0, 0, 0], [batch, 1, rows, columns, folded]),
          state.before!.shape,
        ),
        seen: tf.onesLike(state.seen!),
      };
      const latents: Named<Tensor> = {};
      layers.forEach(({ last, h }, layer) => {
        after[`h${layer}`] = last.h;
        after[`c${layer}`] = last.c;
        latents[`lstm.${layer}.h`] = h;
      });
      const top = tf.concat([layers.at(-1)!.h, difference], 4);
      const drawn = convolution(
        parameters,
        'output',
        tf.reshape(top, [batch * time, rows, columns, top.shape[4]!]) as Tensor4D,
      );
      const change = unfoldPatches(drawn, patch, frame.height, frame.width);
      const prediction = tf.add(tf.reshape(change, frames.shape), frames) as Tensor5D;
      return { prediction, state: after, latents };
    },
  };
}

/** Each frame less the one before, enlarged; for a first frame, nothing. All `[batch, time, rows, columns, channels]`. */
function differences(patches: Tensor5D, before: Tensor, seen: Tensor): Tensor5D {
  const [batch, time, ...place] = patches.shape;
  const first = tf.reshape(tf.slice(patches, [0, 0, 0, 0, 0], [batch, 1, ...place]), before.shape);
  const firstDifference = tf.reshape(tf.mul(tf.sub(first, before), seen), [batch, 1, ...place]) as Tensor5D;
  if (time === 1) return tf.mul(firstDifference, DIFFERENCE_SCALE);
  const now = tf.slice(patches, [0, 1, 0, 0, 0], [batch, time - 1, ...place]);
  const last = tf.slice(patches, [0, 0, 0, 0, 0], [batch, time - 1, ...place]);
  return tf.mul(tf.concat([firstDifference, tf.sub(now, last)], 1), DIFFERENCE_SCALE);
}
