import { z } from 'zod';
import { UsageError } from '../../common/errors.js';
import type { NamedConvolution } from '../../nn/convolution.js';
import {
  type NormalizationOptions,
  normalizedConvolution,
  normalizedConvolutionParameters,
  normalizedConvolutionStatistics,
} from '../../nn/normalizedConvolution.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import type { Encoder } from '../encoder.js';
import { encodingNetwork, modelEntry } from '../modelEntry.js';
import type { FrameShape } from '../videoModel.js';
import { inputConfig, withInput } from './input/input.js';

/** Settings of the residual network. */
export const resnetConfig = z.strictObject({
  name: z.literal('resnet'),
  input: inputConfig,
  blocks: z
    .int()
    .positive()
    .default(3)
    .describe(
      'Residual blocks of two convolutions each in every one of the three stages, n: the network has 6 n + 2 layers with its head.',
    ),
  width: z
    .int()
    .positive()
    .default(1)
    .describe(
      'Channels are 16, 32 and 64 in the three stages, times this (Zagoruyko & Komodakis, arXiv 1605.07146).',
    ),
});
export type ResnetConfig = z.infer<typeof resnetConfig>;

/** Channels of the stages; all but the first begin by halving the map. */
const STAGES = [16, 32, 64] as const;
const SMALLEST = 2 ** (STAGES.length - 1);
const KERNEL = 3;

/**
 * Residual network for small images (He, Zhang, Ren & Sun 2016, arXiv 1512.03385, section 4.2): a convolution, then three stages of
 * residual blocks with batch normalisation, whose shortcuts have no parameters: where a stage halves the map they take every
 * second pixel, and zeros for the new channels. Its layers are the maps `stem`, `stage1`, `stage2` and `stage3`, its features the
 * means of the last one's channels.
 * @throws UsageError when the images are too small to be halved twice
 */
export function resnet(config: ResnetConfig, image: FrameShape): Encoder {
  const { height, width } = image;
  if (Math.min(height, width) < SMALLEST)
    throw new UsageError(
      `model.name: an image of ${height}×${width} is too small for resnet, which halves it twice: use images of at least ` +
        `${SMALLEST}×${SMALLEST} (data.width, data.height)`,
    );
  const stages = stagesOf(config, image);
  const stem = { name: 'stem', kernel: KERNEL, inputs: image.channels, filters: stages[0]!.map[2] };
  const convolutions = [stem, ...stages.flatMap(({ blocks }) => blocks.flatMap((each) => each.convolutions))];
  return {
    name: 'resnet',
    image,
    features: stages.at(-1)!.map[2],
    layers: {
      stem: [height, width, stem.filters],
      ...Object.fromEntries(stages.map(({ name, map }) => [name, map])),
    },
    statistics: convolutions.flatMap(({ name }) => normalizedConvolutionStatistics(name, 'batch')),

    parameters: (seed) =>
      Object.assign(
        {},
        ...convolutions.map((each) => normalizedConvolutionParameters(each.name, each, 'batch', seed)),
      ),

    encode(parameters, images, { training } = {}) {
      const moments: Named<Tensor> = {};
      const convolve: Convolve = (name, x, stride = 1) => {
        const how: NormalizationOptions = { normalization: 'batch', training, stride };
        const found = normalizedConvolution(parameters, name, x, how);
        Object.assign(moments, found.moments);
        return tf.add(found.scaled, found.shift);
      };
      let map = tf.relu(convolve(stem.name, images));
      const layers: Named<Tensor> = { stem: map };
      for (const { name, blocks } of stages) {
        for (const block of blocks) map = runBlock(block, convolve, map);
        layers[name] = map;
      }
      return { layers, features: tf.mean(map, [1, 2]), moments };
    },
  };
}

/** A convolution with its normalisation. */
type Convolve = (name: string, x: Tensor4D, stride?: number) => Tensor4D;

interface Block {
  readonly stride: number;
  /** Channels that the shortcut lacks. */
  readonly added: number;
  readonly convolutions: readonly [first: NamedConvolution, second: NamedConvolution];
}

/** Stages with their blocks, and the shape of what they give. */
function stagesOf({ blocks, width }: ResnetConfig, image: FrameShape) {
  const halved = (length: number, stage: number) => Math.ceil(length / 2 ** stage);
  return STAGES.map((base, stage) => {
    const name = `stage${stage + 1}`;
    const filters = base * width;
    const map = [halved(image.height, stage), halved(image.width, stage), filters] as const;
    return {
      name,
      map,
      blocks: Array.from({ length: blocks }, (_, index): Block => {
        const first = index === 0 && stage > 0;
        const inputs = first ? STAGES[stage - 1]! * width : filters;
        const called = (place: number) => `${name}.${index}.${place}`;
        return {
          stride: first ? 2 : 1,
          added: filters - inputs,
          convolutions: [
            { name: called(0), kernel: KERNEL, inputs, filters },
            { name: called(1), kernel: KERNEL, inputs: filters, filters },
          ] as const,
        };
      }),
    };
  });
}

function runBlock({ stride, added, convolutions }: Block, convolve: Convolve, x: Tensor4D): Tensor4D {
  const [first, second] = convolutions;
  const inner = tf.relu(convolve(first.name, x, stride));
  return tf.relu(tf.add(convolve(second.name, inner), shortcut(x, stride, added)));
}

/** The map itself, or every second pixel of it with zeros for the channels that it lacks. */
function shortcut(x: Tensor4D, stride: number, added: number): Tensor4D {
  if (stride === 1) return x;
  // Windows of one pixel: the mean is the pixel.
  const thinned = tf.avgPool(x, 1, stride, 'same');
  return tf.pad(thinned, [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, added],
  ]);
}

export const resnetModel = modelEntry({
  summary: 'small residual network over single images, with batch normalisation',
  source: 'He, Zhang, Ren & Sun 2016, arXiv 1512.03385, section 4.2',
  schema: resnetConfig,
  offers: ['encoder'],
  create: (config, frame) => encodingNetwork(withInput(resnet(config, frame), config.input)),
});
