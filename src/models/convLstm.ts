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
 * Convolutional LSTM (Shi et al. 2015) that draws what changes: patches of the frame are folded into channels, layers of
 * convolutional LSTM carry what was seen through time in place, and one convolution draws what to add to the last frame.
 * Unlike the PGN it never squeezes a frame through one vector, so it keeps places exact, and it knows nothing global.
 */
export function convLstm({ channels, kernel, patch }: ConvLstmConfig, frame: FrameShape): VideoModel {
  const folded = frame.channels * patch * patch;
  const [rows, columns] = [Math.ceil(frame.height / patch), Math.ceil(frame.width / patch)];
  const inputsOf = (layer: number) => channels[layer - 1] ?? folded;

  return {
    name: 'conv-lstm',
    frame,

    parameters(seed) {
      const all = convolutionParameters(
        'output',
        { kernel, inputs: channels.at(-1)!, filters: folded },
        seed,
      );
      // Nothing added to the last frame: training starts from copying it.
      all['output.weight'] = constant(all['output.weight']!.shape, 0);
      channels.forEach((count, layer) => {
        const shape = { kernel, inputs: inputsOf(layer), channels: count };
        Object.assign(all, convolutionalLstmParameters(`lstm.${layer}`, shape, seed));
      });
      return all;
    },

    initialState(batch) {
      const state: Named<Tensor> = {};
      channels.forEach((count, layer) => {
        for (const part of ['h', 'c']) state[`${part}${layer}`] = tf.zeros([batch, rows, columns, count]);
      });
      return state;
    },

    watch(parameters, frames, state) {
      const [batch, time] = frames.shape;
      const flat = tf.reshape(frames, [batch * time, frame.height, frame.width, frame.channels]) as Tensor4D;
      let x = tf.reshape(foldPatches(flat, patch), [batch, time, rows, columns, folded]) as Tensor5D;
      const after: Named<Tensor> = {};
      const latents: Named<Tensor> = {};
      channels.forEach((_, layer) => {
        const start = { h: state[`h${layer}`] as Tensor4D, c: state[`c${layer}`] as Tensor4D };
        const states = convolutionalLstm(parameters, `lstm.${layer}`, x, start);
        after[`h${layer}`] = states.at(-1)!.h;
        after[`c${layer}`] = states.at(-1)!.c;
        x = tf.stack(
          states.map(({ h }) => h),
          1,
        ) as Tensor5D;
        latents[`lstm.${layer}.h`] = x;
      });
      const top = tf.reshape(x, [batch * time, rows, columns, channels.at(-1)!]) as Tensor4D;
      const change = unfoldPatches(convolution(parameters, 'output', top), patch, frame.height, frame.width);
      const prediction = tf.add(tf.reshape(change, frames.shape), frames) as Tensor5D;
      return { prediction, state: after, latents };
    },
  };
}
