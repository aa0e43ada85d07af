import { z } from 'zod';
import { UsageError } from '../../common/errors.js';
import type { NamedConvolution } from '../../nn/convolution.js';
import { dropoutMask } from '../../nn/dropout.js';
import {
  normalizedConvolution,
  normalizedConvolutionParameters,
  normalizedConvolutionStatistics,
} from '../../nn/normalizedConvolution.js';
import { maxPooling, pooledSize } from '../../nn/pooling.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import type { Encoder } from '../encoder.js';
import { encodingNetwork, modelEntry } from '../modelEntry.js';
import type { FrameShape } from '../videoModel.js';
import { inputConfig, withInput } from './input/input.js';

/** Shares of the published filters; a network of a quarter has a sixteenth of the work. */
const WIDTHS = { full: 1, half: 1 / 2, quarter: 1 / 4, eighth: 1 / 8 } as const;
const widths = Object.keys(WIDTHS) as (keyof typeof WIDTHS)[];

/** Settings of the 13-layer network. */
export const convLargeConfig = z.strictObject({
  name: z.literal('conv-large'),
  input: inputConfig,
  width: z
    .enum(widths)
    .default('full')
    .describe('Share of the published filters (128, 256, then 512, 256 and 128).'),
  dropout: z
    .number()
    .min(0)
    .lt(1)
    .default(0.5)
    .describe('Share of the outputs of the first two blocks that are switched off while training.'),
  padding: z
    .enum(['valid', 'same'])
    .default('valid')
    .describe(
      'Of the first convolution of the last block: it loses a border, as published, or keeps its size, for images below 20 pixels.',
    ),
});
export type ConvLargeConfig = z.infer<typeof convLargeConfig>;

/** Slope below zero. */
const LEAK = 0.1;
const POOL = 2;

/** Filters and kernels of the blocks from the image up. */
const BLOCKS = [
  { name: 'conv1', filters: [128, 128, 128], kernels: [3, 3, 3] },
  { name: 'conv2', filters: [256, 256, 256], kernels: [3, 3, 3] },
  { name: 'conv3', filters: [512, 256, 128], kernels: [3, 1, 1] },
] as const;

/**
 * The 13-layer network that the methods for few labels are compared on: three blocks of three convolutions with batch normalisation
 * and leaky ReLU, the first two with max-pooling and dropout after them. Its layers are the maps `conv1`, `conv2` and `conv3`
 * after each block, its features the means of the last one's channels.
 * @throws UsageError when nothing is left of the images after the poolings
 */
export function convLarge(config: ConvLargeConfig, image: FrameShape): Encoder {
  const blocks = blocksOf(config, image);
  const convolutions = blocks.flatMap((block) => block.convolutions);
  return {
    name: 'conv-large',
    image,
    features: blocks.at(-1)!.map[2],
    layers: Object.fromEntries(blocks.map(({ name, map }) => [name, map])),
    statistics: convolutions.flatMap(({ name }) => normalizedConvolutionStatistics(name, 'batch')),

    parameters: (seed) =>
      Object.assign(
        {},
        ...convolutions.map((each) => normalizedConvolutionParameters(each.name, each, 'batch', seed)),
      ),

    encode(parameters, images, { training, randomUniform } = {}) {
      const layers: Named<Tensor> = {};
      const moments: Named<Tensor> = {};
      let map = images;
      for (const { name, convolutions: own, pooled } of blocks) {
        for (const { name: called, padding } of own) {
          const found = normalizedConvolution(parameters, called, map, {
            normalization: 'batch',
            training,
            padding,
          });
          Object.assign(moments, found.moments);
          // A maximum commutes with the shift and the leaky ReLU, which have a quarter of the work after it.
          const last = pooled && called === own.at(-1)!.name;
          map = tf.leakyRelu(tf.add(last ? maxPooling(found.scaled, POOL) : found.scaled, found.shift), LEAK);
        }
        if (training && pooled && config.dropout > 0)
          map = tf.mul(map, dropoutMask<Tensor4D>(map.shape, config.dropout, randomUniform));
        layers[name] = map;
      }
      return { layers, features: tf.mean(map, [1, 2]), moments };
    },
  };
}

interface Block {
  readonly name: string;
  readonly pooled: boolean;
  readonly convolutions: readonly (NamedConvolution & { readonly padding: 'same' | 'valid' })[];
  /** Shape of what it gives. */
  readonly map: readonly [height: number, width: number, channels: number];
}

function blocksOf({ width, padding }: ConvLargeConfig, image: FrameShape): Block[] {
  let below: Block['map'] = [image.height, image.width, image.channels];
  return BLOCKS.map(({ name, filters, kernels }, index) => {
    const pooled = index < BLOCKS.length - 1;
    const counts = filters.map((count) => count * WIDTHS[width]);
    const convolutions = counts.map((count, place) => ({
      name: `${name}.${place}`,
      kernel: kernels[place]!,
      inputs: counts[place - 1] ?? below[2],
      filters: count,
      padding: !pooled && place === 0 ? padding : ('same' as const),
    }));
    const after = (length: number) => {
      if (pooled) return pooledSize(length, POOL);
      return padding === 'valid' ? length - kernels[0] + 1 : length;
    };
    below = [after(below[0]), after(below[1]), counts.at(-1)!];
    if (Math.min(below[0], below[1]) < 1) throw tooSmall(image);
    return { name, pooled, convolutions, map: below };
  });
}

function tooSmall({ height, width }: FrameShape): UsageError {
  return new UsageError(
    `model.name: an image of ${height}×${width} is too small for conv-large, which halves it twice and takes off a border: use ` +
      'images of at least 12×12 (data.width, data.height), or model.padding=same',
  );
}

export const convLargeModel = modelEntry({
  summary: 'the 13-layer network of the semi-supervised literature over single images, at four widths',
  source:
    'Laine & Aila 2017, arXiv 1610.02242, table 5; Tarvainen & Valpola 2017, arXiv 1703.01780; Miyato et al. 2018, arXiv 1704.03976 (conv-large)',
  schema: convLargeConfig,
  offers: ['encoder'],
  create: (config, frame) => encodingNetwork(withInput(convLarge(config, frame), config.input)),
});
