import { z } from 'zod';
import { required } from '../common/required.js';
import { constant } from '../nn/initializers.js';
import { stopGradient } from '../nn/stopGradient.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../tensorflow/backend/tf.js';
import { modelEntry, predictingNetwork } from './modelEntry.js';
import { convolutionalDecoder } from './parts/convolutionalDecoder.js';
import { type ConvolutionalEncoder, convolutionalEncoder } from './parts/convolutionalEncoder.js';
import { lstmMemory } from './parts/lstmMemory.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/** Settings of the predictive generative network. */
export const pgnConfig = z.strictObject({
  name: z.literal('pgn'),
  filters: z
    .array(z.int().positive())
    .min(1)
    .default([32, 32])
    .describe(
      "Filters of the encoder's convolutions, outermost first; the decoder mirrors them. Each halves the image.",
    ),
  kernel: z.int().positive().default(3).describe('Side of every convolution kernel, in pixels.'),
  lstm: z
    .int()
    .positive()
    .default(512)
    .describe('Units of the LSTM: 1024 for faces in the paper, 1568 for balls.'),
  output: z
    .enum(['frame', 'residual'])
    .default('frame')
    .describe('What the decoder draws: the frame itself (the paper), or what to add to the last frame seen.'),
  saturated: z
    .boolean()
    .optional()
    .describe(
      'Limit what is drawn to [0, 1] while training too, as the paper does; else only where it is measured or shown.',
    ),
});
export type PgnConfig = z.infer<typeof pgnConfig>;

/**
 * Predictive generative network (Lotter, Kreiman & Cox, arXiv 1511.06380): convolutions with ReLU and 2×2 max-pooling
 * encode each frame, an LSTM carries what was seen through time, and nearest-neighbour upsampling with convolutions
 * draws the next frame.
 */
export function pgn(config: PgnConfig, frame: FrameShape): VideoModel {
  const encoder = pgnEncoder(config, frame);
  const memory = lstmMemory('lstm', encoder.features, config.lstm);
  const decoder = convolutionalDecoder('decoder', config.lstm, config, frame);

  return {
    name: 'pgn',
    frame,

    parameters(seed) {
      const all = { ...encoder.parameters(seed), ...memory.parameters(seed), ...decoder.parameters(seed) };
      // Nothing added to the last frame: training starts from copying it, not from noise on top of it.
      if (config.output === 'residual')
        all['decoder.0.weight'] = constant(required(all, 'decoder.0.weight').shape, 0);
      return all;
    },

    initialState: memory.initialState,

    watch(parameters, frames, before) {
      const [batch, time] = frames.shape;
      const flat = tf.reshape(frames, [batch * time, frame.height, frame.width, frame.channels]) as Tensor4D;
      const maps = encoder.maps(parameters, flat);
      const code = tf.reshape(maps.at(-1)!, [batch, time, encoder.features]) as tf.Tensor3D;
      const { output: h, state, latents } = memory.watch(parameters, code, before);
      const drawn = decoder.decode(parameters, tf.reshape(h, [batch * time, config.lstm]));
      const output = tf.reshape(drawn, frames.shape) as Tensor5D;
      const prediction = config.output === 'residual' ? tf.add<Tensor5D>(output, frames) : output;
      return {
        prediction: config.saturated ? saturated(prediction) : prediction,
        state,
        latents: { ...latents, ...encoder.overTime(maps, batch, time) },
      };
    },
  };
}

/** The PGN's encoder, of single images: what its LSTM reads. @throws UsageError when the images are too small for its poolings */
export function pgnEncoder(config: PgnConfig, image: FrameShape): ConvolutionalEncoder {
  return { ...convolutionalEncoder('encoder', config, image), name: 'pgn' };
}

/**
 * Values limited to [0, 1]; gradients pass as if they were not, so that a value beyond the limits can come back. What is black
 * may then be drawn as any number below 0, and need not be hit exactly.
 */
function saturated<T extends Tensor>(x: T): T {
  return tf.add(x, stopGradient(tf.sub(tf.clipByValue(x, 0, 1), x)));
}

export const pgnModel = modelEntry({
  summary: 'predictive generative network: convolutions, LSTM, and a decoder that draws the next frame',
  source: 'Lotter, Kreiman & Cox, arXiv 1511.06380',
  schema: pgnConfig,
  offers: ['encoder', 'next-frame', 'memory'],
  create: (config, frame) => predictingNetwork(pgn(config, frame), pgnEncoder(config, frame)),
  drawsChanges: ({ output }) => output === 'residual',
});
