import { z } from 'zod';
import { convolution, convolutionParameters } from '../nn/convolution.js';
import { constant } from '../nn/initializers.js';
import { foldPatches, unfoldPatches } from '../nn/patches.js';
import type { HostArray, Named } from '../tensorflow/program.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../tensorflow/tf.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/** Settings of the residual network over a stack of frames. */
export const frameStackConfig = z.strictObject({
  name: z.literal('frame-stack'),
  /** Channels of every residual block. */
  channels: z.int().positive().default(48),
  /** Residual blocks of two convolutions each: more of them see further and turn corners better. */
  blocks: z.int().positive().default(3),
  /** Side of every convolution kernel, in patches. */
  kernel: z.int().positive().default(3),
  /** Side of the patches of pixels that are folded into channels. */
  patch: z.int().positive().default(2),
  /** Frames that are looked at together: all that the model remembers. Two give velocity, more average its error out. */
  history: z.int().min(2).default(3),
});
export type FrameStackConfig = z.infer<typeof frameStackConfig>;

/** As in convLstm.ts: differences between frames are about this much smaller than the frames. */
const DIFFERENCE_SCALE = 4;
/** Blocks start close to the identity, so that depth costs nothing at first (as in Fixup: Zhang, Dauphin & Ma 2019). */
const BRANCH_SCALE = 0.3;

/**
 * Residual convolutional network over the last few frames (the idea of SimVP: Gao, Tan, Wu & Li 2022, that prediction needs no
 * recurrence; blocks of He et al. 2016 without normalisation). Patches of the last frame and of the differences between the
 * frames before it are folded into channels, residual blocks work on them in place, and one convolution draws what to add to
 * the last frame.
 * It has no memory beyond `history` frames. In exchange nothing is computed one frame after the other: on bouncing balls it
 * stood at 1.2 a frame after 50 seconds of one core, where a convolutional LSTM of about equal cost stood at 2.4, and at 2.0 after 125.
 */
export function frameStack(config: FrameStackConfig, frame: FrameShape): VideoModel {
  const { channels, blocks, kernel, patch, history } = config;
  const folded = frame.channels * patch * patch;
  const [rows, columns] = [Math.ceil(frame.height / patch), Math.ceil(frame.width / patch)];
  const place = [rows, columns, folded];
  const stacked = folded * history;

  return {
    name: 'frame-stack',
    frame,

    parameters(seed) {
      const all = convolutionParameters('stem', { kernel, inputs: stacked, filters: channels }, seed);
      const square = { kernel, inputs: channels, filters: channels };
      for (let block = 0; block < blocks; block++) {
        Object.assign(all, convolutionParameters(`block.${block}.0`, square, seed));
        Object.assign(all, convolutionParameters(`block.${block}.1`, square, seed));
        all[`block.${block}.1.weight`] = scaled(all[`block.${block}.1.weight`]!, BRANCH_SCALE);
      }
      const output = { kernel, inputs: channels + stacked, filters: folded };
      Object.assign(all, convolutionParameters('output', output, seed));
      // Nothing added to the last frame: training starts from copying it.
      all['output.weight'] = constant(all['output.weight']!.shape, 0);
      return all;
    },

    initialState: (batch) => ({
      past: tf.zeros([batch, history - 1, ...place]),
      // 0 until a frame was seen: a difference from a frame that never was says nothing.
      seen: tf.zeros([batch, history - 1, 1, 1, 1]),
    }),

    watch(parameters, frames, state) {
      const [batch, time] = frames.shape;
      const flat = tf.reshape(frames, [batch * time, frame.height, frame.width, frame.channels]) as Tensor4D;
      const patches = tf.reshape(foldPatches(flat, patch), [batch, time, ...place]);
      const all = tf.concat([state.past!, patches], 1);
      const seen = tf.concat([state.seen!, tf.ones([batch, time, 1, 1, 1])], 1);
      const input = tf.reshape(stackFrames(all, seen, history, time), [batch * time, rows, columns, stacked]);
      const latents: Named<Tensor> = {};
      let map = tf.relu(convolution(parameters, 'stem', input as Tensor4D));
      for (let block = 0; block < blocks; block++) {
        const inner = tf.relu(convolution(parameters, `block.${block}.0`, map));
        map = tf.relu(tf.add(map, convolution(parameters, `block.${block}.1`, inner)));
        latents[`block.${block}`] = tf.reshape(map, [batch, time, rows, columns, channels]);
      }
      const drawn = convolution(parameters, 'output', tf.concat([map, input], 3) as Tensor4D);
      const change = unfoldPatches(drawn, patch, frame.height, frame.width);
      return {
        prediction: tf.add(tf.reshape(change, frames.shape), frames) as Tensor5D,
        state: { past: tail(all, history - 1), seen: tail(seen, history - 1) },
        latents,
      };
    },
  };
}

/**
 * Each frame beside its `history − 1` last differences, newest first.
 * @param all `[batch, history − 1 + time, rows, columns, c]`, what was seen before and now
 * @param seen `[batch, history − 1 + time, 1, 1, 1]`, 1 where there was a frame
 * @returns `[batch, time, rows, columns, c · history]`
 */
function stackFrames(all: Tensor, seen: Tensor, history: number, time: number): Tensor {
  const at = (x: Tensor, back: number) => {
    const [batch, , ...rest] = x.shape;
    return tf.slice(x, [0, history - 1 - back, 0, 0, 0], [batch!, time, ...rest]);
  };
  const parts = [at(all, 0)];
  for (let back = 1; back < history; back++) {
    const difference = tf.sub(at(all, back - 1), at(all, back));
    parts.push(tf.mul(tf.mul(difference, at(seen, back)), DIFFERENCE_SCALE));
  }
  return tf.concat(parts, 4);
}

function tail(x: Tensor, length: number): Tensor {
  const [batch, time, ...rest] = x.shape;
  return tf.slice(x, [0, time! - length, 0, 0, 0], [batch!, length, ...rest]);
}

function scaled({ shape, data }: HostArray, factor: number): HostArray {
  return { shape, data: Float32Array.from(data, (value) => value * factor) };
}
