import { z } from 'zod';
import { constant } from '../nn/initializers.js';
import { lstm, lstmParameters } from '../nn/lstm.js';
import { stopGradient } from '../nn/stopGradient.js';
import type { Named } from '../tensorflow/program.js';
import tf, { type Tensor, type Tensor5D } from '../tensorflow/tf.js';
import { convolutionalDecoder, convolutionalEncoder } from './convolutionalCoder.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/** Settings of the predictive generative network. */
export const pgnConfig = z.strictObject({
  name: z.literal('pgn'),
  /** Filters of the encoder's convolutions, outermost first; the decoder mirrors them. Each halves the picture. */
  filters: z.array(z.int().positive()).min(1).default([32, 32]),
  /** Side of every convolution kernel, in pixels. */
  kernel: z.int().positive().default(3),
  /** Units of the LSTM: 1024 for faces in the paper, 1568 for balls. */
  lstm: z.int().positive().default(512),
  /** What the decoder draws: the frame itself (the paper), or what to add to the last frame seen. */
  output: z.enum(['frame', 'residual']).default('frame'),
  /** Limit what is drawn to [0, 1] while training too, as the paper does; else only where it is measured or shown. */
  saturated: z.boolean().optional(),
});
export type PgnConfig = z.infer<typeof pgnConfig>;

/**
 * Predictive generative network (Lotter, Kreiman & Cox, arXiv 1511.06380): convolutions with ReLU and 2×2 max-pooling
 * encode each frame, an LSTM carries what was seen through time, and nearest-neighbour upsampling with convolutions
 * draws the next frame.
 */
export function pgn(config: PgnConfig, frame: FrameShape): VideoModel {
  const encoder = convolutionalEncoder('encoder', config, frame);
  const decoder = convolutionalDecoder('decoder', config.lstm, config, frame);
  const { features } = encoder;

  return {
    name: 'pgn',
    frame,

    parameters(seed) {
      const all = {
        ...encoder.parameters(seed),
        ...lstmParameters('lstm', features, config.lstm, seed),
        ...decoder.parameters(seed),
      };
      // Nothing added to the last frame: training starts from copying it, not from noise on top of it.
      if (config.output === 'residual') all['decoder.0.weight'] = constant(all['decoder.0.weight']!.shape, 0);
      return all;
    },

    initialState: (batch) => ({ h: tf.zeros([batch, config.lstm]), c: tf.zeros([batch, config.lstm]) }),

    watch(parameters, frames, state) {
      const [batch, time] = frames.shape;
      const flat = tf.reshape(frames, [batch * time, frame.height, frame.width, frame.channels]);
      const maps = encoder.encode(parameters, flat as tf.Tensor4D);
      const code = tf.reshape(maps.at(-1)!, [batch, time, features]) as tf.Tensor3D;
      const states = lstm(parameters, 'lstm', code, { h: state.h!, c: state.c! });
      const overTime = (tensors: Tensor[]) => tf.stack(tensors, 1);
      const h = overTime(states.map((s) => s.h));
      const drawn = decoder.decode(parameters, tf.reshape(h, [batch * time, config.lstm]));
      const output = tf.reshape(drawn, frames.shape) as Tensor5D;
      const latents: Named<Tensor> = { 'lstm.h': h, 'lstm.c': overTime(states.map((s) => s.c)) };
      maps.forEach((map, layer) => {
        latents[`encoder.${layer}`] = tf.reshape(map, [batch, time, ...map.shape.slice(1)]);
      });
      const prediction = config.output === 'residual' ? tf.add<Tensor5D>(output, frames) : output;
      return {
        prediction: config.saturated ? saturated(prediction) : prediction,
        state: { h: states.at(-1)!.h, c: states.at(-1)!.c },
        latents,
      };
    },
  };
}

/**
 * Values limited to [0, 1]; gradients pass as if they were not, so that a value beyond the limits can come back. What is black
 * may then be drawn as any number below 0, and need not be hit exactly.
 */
function saturated<T extends Tensor>(x: T): T {
  return tf.add(x, stopGradient(tf.sub(tf.clipByValue(x, 0, 1), x)));
}
