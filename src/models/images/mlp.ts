import { z } from 'zod';
import {
  batchNormAffine,
  batchNormParameters,
  momentsOf,
  movingMoments,
  normalizedBy,
} from '../../nn/batchNorm.js';
import { heUniform, randomFor } from '../../nn/initializers.js';
import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import type { Encoder, EncoderOptions } from '../encoder.js';
import { encodingNetwork, modelEntry } from '../modelEntry.js';
import type { FrameShape } from '../videoModel.js';

/** Settings of the fully connected network. */
export const mlpConfig = z.strictObject({
  name: z.literal('mlp'),
  units: z
    .array(z.int().positive())
    .min(1)
    .default([1000, 500, 250, 250, 250])
    .describe('Units of each layer, from the image up.'),
});
export type MlpConfig = z.infer<typeof mlpConfig>;

/**
 * Fully connected layers `dense1` and so on over all pixels, each with batch normalisation and ReLU; the last one's units are the
 * features. The default is the network of MNIST's few-label literature (784-1000-500-250-250-250-10 with its classifier).
 */
export function mlp({ units }: MlpConfig, image: FrameShape): Encoder {
  const pixels = image.height * image.width * image.channels;
  const layers = units.map((outputs, at) => ({
    name: `dense${at + 1}`,
    inputs: units[at - 1] ?? pixels,
    outputs,
  }));
  const shapes = Object.fromEntries(layers.map(({ name, outputs }) => [name, [outputs]]));
  return {
    name: 'mlp',
    image,
    features: units.at(-1)!,
    layers: shapes,
    rungs: shapes,
    statistics: layers.flatMap(({ name }) => [`${name}.mean`, `${name}.variance`]),

    parameters: (seed) =>
      Object.assign(
        {},
        ...layers.map(({ name, inputs, outputs }) => ({
          [`${name}.weight`]: heUniform([inputs, outputs], inputs, randomFor(seed, name)),
          ...batchNormParameters(name, outputs),
          ...movingMoments(name, outputs),
        })),
      ),

    encode(parameters, images, how = {}) {
      const found: Named<Tensor> = {};
      const moments: Named<Tensor> = {};
      let x: Tensor = tf.reshape(images, [-1, pixels]);
      for (const { name } of layers) {
        x = tf.relu(normalized(parameters, name, x, how, moments));
        found[name] = x;
      }
      return { layers: found, features: x as tf.Tensor2D, moments };
    },
  };
}

/** One layer before its ReLU. @param moments gets those of this batch, while training */
function normalized(
  parameters: Named<Tensor>,
  name: string,
  x: Tensor,
  { training, atRung }: EncoderOptions,
  moments: Named<Tensor>,
): Tensor {
  const linear = tf.matMul(x, tensorOf(parameters, `${name}.weight`));
  if (!training) {
    const { scale, shift } = batchNormAffine(parameters, name, {});
    return tf.add(tf.mul(linear, scale!), shift);
  }
  const own = momentsOf(linear);
  moments[`${name}.mean`] = own.mean;
  moments[`${name}.variance`] = own.variance;
  const value = normalizedBy(linear, own);
  const goesOn = atRung ? atRung({ name, value, moments: own }) : value;
  return tf.add(tf.mul(goesOn, tensorOf(parameters, `${name}.gamma`)), tensorOf(parameters, `${name}.beta`));
}

export const mlpModel = modelEntry({
  summary: 'fully connected network over all pixels of an image',
  source: 'the MNIST network of Rasmus et al. 2015, arXiv 1507.02672, with ReLU and batch normalisation',
  schema: mlpConfig,
  offers: ['encoder', 'noisy-layers'],
  create: (config, frame) => encodingNetwork(mlp(config, frame)),
});
