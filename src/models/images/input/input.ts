import { z } from 'zod';
import { constant } from '../../../nn/initializers.js';
import { tensorOf } from '../../../nn/tensorOf.js';
import tf, { type Tensor4D } from '../../../tensorflow/backend/tf.js';
import type { HostArray } from '../../../tensorflow/spec/program.js';
import { type Encoder, FIXED_PREFIX } from '../../encoder.js';
import { zca } from './zca.js';

/** How an encoder normalises what it sees; nothing for images as they are. */
export const inputConfig = z
  .enum(['per-image', 'zca'])
  .optional()
  .describe(
    'What the network does to an image first. per-image: less its own mean, over its own standard deviation. zca: whitening (ZCA) by ' +
      'the training images only, computed before the first step; for 32×32 in colour that takes minutes. Images as they are by default.',
  );
export type InputConfig = z.infer<typeof inputConfig>;

const MEAN = `${FIXED_PREFIX}input.mean`;
const MATRIX = `${FIXED_PREFIX}input.whitening`;

/** The encoder, with its images normalised before it: every use of the network sees the same. */
export function withInput(encoder: Encoder, input: InputConfig): Encoder {
  if (input === undefined) return encoder;
  if (input === 'zca') return whitened(encoder);
  return {
    ...encoder,
    encode: (parameters, images, options) => encoder.encode(parameters, standardised(images), options),
  };
}

/** (x − m) / max(s, 1 / √n) by the mean and standard deviation of all n values of each image. */
function standardised(images: Tensor4D): Tensor4D {
  const [, height, width, channels] = images.shape;
  const centred = tf.sub(images, tf.mean(images, [1, 2, 3], true));
  const variance = tf.mean(tf.mul(centred, centred), [1, 2, 3], true);
  return tf.mul(centred, tf.rsqrt(tf.maximum(variance, 1 / (height * width * channels))));
}

function whitened(encoder: Encoder): Encoder {
  const { height, width, channels } = encoder.image;
  const n = height * width * channels;
  return {
    ...encoder,
    statistics: [MEAN, MATRIX, ...encoder.statistics],
    parameters: (seed) => ({
      [MEAN]: constant([n], 0),
      [MATRIX]: identity(n),
      ...encoder.parameters(seed),
    }),
    fit(images) {
      const { mean, matrix } = zca(images);
      return {
        [MEAN]: { shape: [n], data: mean },
        [MATRIX]: { shape: [n, n], data: matrix },
        ...encoder.fit?.(images),
      };
    },
    encode(parameters, images, options) {
      const [mean, matrix] = [tensorOf(parameters, MEAN), tensorOf<tf.Tensor2D>(parameters, MATRIX)];
      const flat = tf.sub(tf.reshape(images, [-1, n]), mean) as tf.Tensor2D;
      const white = tf.reshape(tf.matMul(flat, matrix), images.shape) as Tensor4D;
      return encoder.encode(parameters, white, options);
    },
  };
}

function identity(n: number): HostArray {
  const { shape, data } = constant([n, n], 0);
  const values = Float32Array.from(data);
  for (let i = 0; i < values.length; i += n + 1) values[i] = 1;
  return { shape, data: values };
}
