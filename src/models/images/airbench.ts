import { z } from 'zod';
import { UsageError } from '../../common/errors.js';
import type { NamedConvolution } from '../../nn/convolution.js';
import { constant, heUniform, randomFor } from '../../nn/initializers.js';
import {
  type NormalizationOptions,
  normalizedConvolution,
  normalizedConvolutionParameters,
  normalizedConvolutionStatistics,
} from '../../nn/normalizedConvolution.js';
import { maxPooling, pooledSize } from '../../nn/pooling.js';
import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import { type Encoder, FIXED_PREFIX } from '../encoder.js';
import { encodingNetwork, modelEntry } from '../modelEntry.js';
import type { FrameShape } from '../videoModel.js';
import { patchWhitening } from './patchWhitening.js';

/** Settings of the small fast network. */
export const airbenchConfig = z.strictObject({
  name: z.literal('airbench'),
  widths: z
    .array(z.int().positive())
    .min(1)
    .default([64, 128, 128])
    .describe(
      'Filters of each block; each halves the map. The default has 54 million products for an image of 32×32 in colour.',
    ),
});
export type AirbenchConfig = z.infer<typeof airbenchConfig>;

/** Side of the patches that are made white. */
const PATCH = 2;
const POOL = 2;
const KERNEL = 3;
const WHITEN = 'whiten';

/**
 * A small network that learns fast: fixed kernels make 2×2 patches of the training images white, then blocks of convolution, pooling,
 * batch normalisation and GELU, and once more without pooling. Its layers are the maps `whiten`, `block1` and so on; its features the
 * maxima of the last one's channels. Before it was fitted, the first kernels are random.
 * @throws UsageError when nothing is left of the images after the poolings
 */
export function airbench({ widths }: AirbenchConfig, image: FrameShape): Encoder {
  const { channels } = image;
  const whitened = 2 * PATCH * PATCH * channels;
  const blocks = blocksOf(widths, image, whitened);
  const convolutions = blocks.flatMap((block) => block.convolutions);
  const kernels = `${FIXED_PREFIX}${WHITEN}.weight`;
  return {
    name: 'airbench',
    image,
    features: widths.at(-1)!,
    layers: {
      [WHITEN]: [image.height - PATCH + 1, image.width - PATCH + 1, whitened],
      ...Object.fromEntries(blocks.map(({ name, map }) => [name, map])),
    },
    statistics: [
      kernels,
      ...convolutions.flatMap(({ name }) => normalizedConvolutionStatistics(name, 'batch')),
    ],

    parameters: (seed) =>
      Object.assign(
        {
          [kernels]: heUniform(
            [PATCH, PATCH, channels, whitened],
            PATCH * PATCH * channels,
            randomFor(seed, WHITEN),
          ),
          [`${WHITEN}.bias`]: constant([whitened], 0),
        },
        ...convolutions.map((each) => normalizedConvolutionParameters(each.name, each, 'batch', seed)),
      ),

    fit: (images) => ({ [kernels]: patchWhitening(images, PATCH) }),

    encode(parameters, images, { training } = {}) {
      const weight = tensorOf<Tensor4D>(parameters, kernels);
      const bias = tensorOf(parameters, `${WHITEN}.bias`);
      let map: Tensor4D = gelu(tf.add(tf.conv2d(images, weight, 1, 'valid'), bias));
      const layers: Named<Tensor> = { [WHITEN]: map };
      const moments: Named<Tensor> = {};
      for (const block of blocks) {
        const found = runBlock(block, parameters, map, { normalization: 'batch', training });
        map = found.map;
        layers[block.name] = map;
        Object.assign(moments, found.moments);
      }
      return { layers, features: maxima(map), moments };
    },
  };
}

/** The maximum of each channel, `[n, channels]`. */
function maxima(map: Tensor4D): tf.Tensor2D {
  const [, height, width, channels] = map.shape;
  return tf.reshape(tf.maxPool(map, [height, width], 1, 'valid'), [-1, channels]);
}

/** x σ(1.702 x): the sigmoid's approximation of the Gaussian error linear unit (Hendrycks & Gimpel, arXiv 1606.08415). */
function gelu(x: Tensor4D): Tensor4D {
  return tf.mul(x, tf.sigmoid(tf.mul(x, 1.702)));
}

interface Block {
  readonly name: string;
  readonly convolutions: readonly [NamedConvolution, NamedConvolution];
  /** Shape of what it gives. */
  readonly map: readonly [height: number, width: number, channels: number];
}

function blocksOf(widths: readonly number[], { height, width }: FrameShape, whitened: number): Block[] {
  return widths.map((filters, index) => {
    const name = `block${index + 1}`;
    const inputs = widths[index - 1] ?? whitened;
    const map = [size(height, index), size(width, index), filters] as const;
    if (Math.min(map[0], map[1]) < 1) throw tooSmall({ height, width }, widths.length);
    const called = (place: number) => ({ name: `${name}.${place}`, kernel: KERNEL, filters });
    return {
      name,
      map,
      convolutions: [
        { ...called(0), inputs },
        { ...called(1), inputs: filters },
      ],
    };
  });
}

/** Of a side, after so many blocks and one. */
function size(length: number, blocks: number): number {
  return Array.from({ length: blocks + 1 }).reduce<number>(
    (side) => pooledSize(side, POOL),
    length - PATCH + 1,
  );
}

function runBlock(
  { convolutions: [first, second] }: Block,
  parameters: Named<Tensor>,
  x: Tensor4D,
  how: NormalizationOptions,
): { readonly map: Tensor4D; readonly moments: Named<Tensor> } {
  const wide = normalizedConvolution(parameters, first.name, x, how);
  // A maximum commutes with the shift, not with a GELU.
  const halved = gelu(tf.add(maxPooling(wide.scaled, POOL), wide.shift));
  const same = normalizedConvolution(parameters, second.name, halved, how);
  return { map: gelu(tf.add(same.scaled, same.shift)), moments: { ...wide.moments, ...same.moments } };
}

function tooSmall({ height, width }: Pick<FrameShape, 'height' | 'width'>, blocks: number): UsageError {
  const side = POOL ** blocks + PATCH - 1;
  return new UsageError(
    `model.widths: an image of ${height}×${width} is too small for ${blocks} blocks that halve it: name fewer widths, or use images of ` +
      `at least ${side}×${side} (data.width, data.height)`,
  );
}

export const airbenchModel = modelEntry({
  summary: 'small network over single images that learns fast: fixed whitening, then three blocks with GELU',
  source: 'after Jordan 2024, arXiv 2404.00498 (airbench94), with fewer filters in the later blocks',
  schema: airbenchConfig,
  offers: ['encoder'],
  create: (config, frame) => encodingNetwork(airbench(config, frame)),
});
