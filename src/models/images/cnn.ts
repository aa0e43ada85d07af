import { UsageError } from '../../common/errors.js';
import type { NamedConvolution } from '../../nn/convolution.js';
import {
  type NormalizationOptions,
  normalizedConvolution,
  normalizedConvolutionParameters,
  normalizedConvolutionStatistics,
} from '../../nn/normalizedConvolution.js';
import { maxPooling, meanPooling, pooledSize } from '../../nn/pooling.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import type { Encoder, EncoderOptions } from '../encoder.js';
import { encodingNetwork, modelEntry } from '../modelEntry.js';
import type { FrameShape } from '../videoModel.js';
import { type CnnBlock, type CnnConfig, cnnConfig, cnnPresets } from './cnnConfig.js';
import { withInput } from './input/input.js';

/** Side of the windows of every pooling. */
const POOL = 2;

/**
 * Plain convolutional network: blocks of convolution, normalisation and ReLU, each of which may end in pooling. Its layers are
 * `conv1` and so on, the maps after each block; its features the means of the last one's channels.
 * @throws UsageError when the images are too small for its poolings
 */
export function cnn(config: CnnConfig, image: FrameShape): Encoder {
  const { normalization } = config;
  const blocks = blocksOf(config, image);
  const convolutions = blocks.flatMap((block) => block.convolutions);
  const rungs = Object.fromEntries(convolutions.map(({ name, map }) => [name, map]));
  return {
    name: 'cnn',
    image,
    features: blocks.at(-1)!.map[2],
    layers: Object.fromEntries(blocks.map(({ name, map }) => [name, map])),
    statistics: convolutions.flatMap(({ name }) => normalizedConvolutionStatistics(name, normalization)),
    ...(normalization === 'batch' && { rungs }),

    parameters: (seed) =>
      Object.assign(
        {},
        ...convolutions.map((each) => normalizedConvolutionParameters(each.name, each, normalization, seed)),
      ),

    encode(parameters, images, { training, atRung } = {}) {
      const layers: Named<Tensor> = {};
      const moments: Named<Tensor> = {};
      let map = images;
      for (const block of blocks) {
        const found = runBlock(block, parameters, map, { normalization, training }, atRung);
        map = found.map;
        layers[block.name] = map;
        Object.assign(moments, found.moments);
      }
      return { layers, features: tf.mean(map, [1, 2]), moments };
    },
  };
}

interface Block {
  readonly name: string;
  readonly convolutions: readonly (NamedConvolution & {
    /** Shape of what it gives, before the block's pooling. */
    readonly map: readonly [number, number, number];
  })[];
  readonly pool: CnnBlock['pool'];
  /** Shape of what it gives. */
  readonly map: readonly [number, number, number];
}

/** The blocks with the sizes that follow from the image's. */
function blocksOf({ blocks }: CnnConfig, image: FrameShape): Block[] {
  const settings: readonly CnnBlock[] = typeof blocks === 'string' ? cnnPresets[blocks] : blocks;
  let below: readonly [number, number, number] = [image.height, image.width, image.channels];
  return settings.map((block, index) => {
    const name = `conv${index + 1}`;
    const widths = filtersOf(block);
    const [rows, columns] = below;
    const convolutions = widths.map((filters, place) => ({
      name: `${name}.${place}`,
      kernel: block.pointwise && place > 0 ? 1 : block.kernel,
      inputs: widths[place - 1] ?? below[2],
      filters,
      map: [rows, columns, filters] as const,
    }));
    const after = (length: number) => (block.pool === 'none' ? length : pooledSize(length, POOL));
    const [height, width] = [after(below[0]), after(below[1])];
    if (height < 1 || width < 1) throw tooSmall(settings, image, index);
    below = [height, width, widths.at(-1)!];
    return { name, convolutions, pool: block.pool, map: below };
  });
}

function filtersOf({ filters, convolutions = 1 }: CnnBlock): readonly number[] {
  return typeof filters === 'number' ? new Array<number>(convolutions).fill(filters) : filters;
}

function runBlock(
  { convolutions, pool }: Block,
  parameters: Named<Tensor>,
  x: Tensor4D,
  how: NormalizationOptions,
  atRung: EncoderOptions['atRung'],
): { map: Tensor4D; moments: Named<Tensor> } {
  const all: Named<Tensor> = {};
  let map = x;
  convolutions.forEach(({ name }, place) => {
    const { scaled, shift, moments } = normalizedConvolution(parameters, name, map, {
      ...how,
      change: atRung && ((value, of) => atRung({ name, value, moments: of })),
    });
    Object.assign(all, moments);
    // A maximum commutes with the shift and the ReLU, which have a quarter of the work after it.
    const last = place === convolutions.length - 1;
    map = tf.relu(tf.add(last && pool === 'max' ? maxPooling(scaled, POOL) : scaled, shift));
  });
  return { map: pool === 'mean' ? meanPooling(map, POOL) : map, moments: all };
}

function tooSmall(blocks: readonly CnnBlock[], { height, width }: FrameShape, index: number): UsageError {
  const poolings = blocks.filter(({ pool }) => pool !== 'none').length;
  const side = POOL ** poolings;
  return new UsageError(
    `model.blocks: an image of ${height}×${width} is too small for ${poolings} poolings, nothing is left of it after block ` +
      `${index + 1}: set pool: none in some, or use images of at least ${side}×${side} (data.width, data.height)`,
  );
}

export const cnnModel = modelEntry({
  summary: 'plain convolutional network over single images, of several depths',
  source:
    "the usual blocks of convolution, batch normalisation (Ioffe & Szegedy 2015), ReLU and pooling; foreframe's sizes",
  schema: cnnConfig,
  // The layers take noise where they are normalised, which is the default.
  offers: ['encoder', 'noisy-layers'],
  create: (config, frame) => encodingNetwork(withInput(cnn(config, frame), config.input)),
});
