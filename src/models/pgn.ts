import { z } from 'zod';
import { convolutionParameters, pooledConvolution, upsampledConvolution } from '../nn/convolution.js';
import { dense, denseParameters } from '../nn/dense.js';
import { constant } from '../nn/initializers.js';
import { lstm, lstmParameters } from '../nn/lstm.js';
import type { Named } from '../tensorflow/program.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../tensorflow/tf.js';
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
});
export type PgnConfig = z.infer<typeof pgnConfig>;

/**
 * Predictive generative network (Lotter, Kreiman & Cox, arXiv 1511.06380): convolutions with ReLU and 2×2 max-pooling
 * encode each frame, an LSTM carries what was seen through time, and nearest-neighbour upsampling with convolutions
 * draws the next frame.
 */
export function pgn(config: PgnConfig, frame: FrameShape): VideoModel {
  const sizes = encoderSizes(frame, config.filters.length);
  const [height, width] = sizes.at(-1)!;
  const features = height * width * config.filters.at(-1)!;

  const encode = (parameters: Named<Tensor>, frames: Tensor4D): Tensor4D[] => {
    const maps: Tensor4D[] = [];
    for (let layer = 0; layer < config.filters.length; layer++) {
      const input = maps.at(-1) ?? frames;
      maps.push(pooledConvolution(parameters, `encoder.${layer}`, input));
    }
    return maps;
  };

  const decode = (parameters: Named<Tensor>, hidden: Tensor): Tensor4D => {
    const flat = tf.relu(dense(parameters, 'decoder.dense', hidden));
    let map = tf.reshape(flat, [-1, height, width, config.filters.at(-1)!]) as Tensor4D;
    for (let layer = config.filters.length - 1; layer >= 0; layer--) {
      map = upsampledConvolution(parameters, `decoder.${layer}`, map, ...sizes[layer]!);
      if (layer > 0) map = tf.relu(map);
    }
    return map;
  };

  return {
    name: 'pgn',
    frame,

    parameters(seed) {
      const all = denseParameters('decoder.dense', config.lstm, features, seed);
      Object.assign(all, lstmParameters('lstm', features, config.lstm, seed));
      config.filters.forEach((filters, layer) => {
        const outer = config.filters[layer - 1] ?? frame.channels;
        const { kernel } = config;
        Object.assign(
          all,
          convolutionParameters(`encoder.${layer}`, { kernel, inputs: outer, filters }, seed),
        );
        Object.assign(
          all,
          convolutionParameters(`decoder.${layer}`, { kernel, inputs: filters, filters: outer }, seed),
        );
      });
      // Nothing added to the last frame: training starts from copying it, not from noise on top of it.
      if (config.output === 'residual') all['decoder.0.weight'] = constant(all['decoder.0.weight']!.shape, 0);
      return all;
    },

    initialState: (batch) => ({ h: tf.zeros([batch, config.lstm]), c: tf.zeros([batch, config.lstm]) }),

    watch(parameters, frames, state) {
      const [batch, time] = frames.shape;
      const maps = encode(
        parameters,
        tf.reshape(frames, [batch * time, frame.height, frame.width, frame.channels]),
      );
      const code = tf.reshape(maps.at(-1)!, [batch, time, features]) as tf.Tensor3D;
      const states = lstm(parameters, 'lstm', code, { h: state.h!, c: state.c! });
      const h = tf.stack(
        states.map((s) => s.h),
        1,
      );
      const drawn = tf.reshape(
        decode(parameters, tf.reshape(h, [batch * time, config.lstm])),
        frames.shape,
      ) as Tensor5D;
      const latents: Named<Tensor> = {
        'lstm.h': h,
        'lstm.c': tf.stack(
          states.map((s) => s.c),
          1,
        ),
      };
      maps.forEach((map, layer) => {
        latents[`encoder.${layer}`] = tf.reshape(map, [batch, time, ...map.shape.slice(1)]);
      });
      return {
        prediction: config.output === 'residual' ? tf.add(drawn, frames) : drawn,
        state: { h: states.at(-1)!.h, c: states.at(-1)!.c },
        latents,
      };
    },
  };
}

/** Height and width before the first and after every pooling, outermost first. */
function encoderSizes({ height, width }: FrameShape, layers: number): [number, number][] {
  const sizes: [number, number][] = [[height, width]];
  for (let layer = 0; layer < layers; layer++) {
    const [h, w] = sizes.at(-1)!;
    if (h < 2 || w < 2) {
      throw new RangeError(
        `a frame of ${height}×${width} is too small for ${layers} poolings: use fewer filters`,
      );
    }
    sizes.push([Math.floor(h / 2), Math.floor(w / 2)]);
  }
  return sizes;
}
