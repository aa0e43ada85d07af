import { z } from 'zod';
import { inputConfig } from './input/input.js';

const count = z.int().positive();

const block = z
  .strictObject({
    filters: z
      .union([count, z.array(count).min(1)], {
        error: 'a number of filters, or a list of such numbers',
      })
      .describe('Filters of each convolution: one number for all of them, or a list with one for each.'),
    /** Convolutions in a row, where `filters` is one number; 1 by default. */
    convolutions: count
      .optional()
      .describe('Convolutions in a row, where filters is one number; 1 by default.'),
    /** Side of the convolutions' kernels, in pixels of the map. */
    kernel: count.default(3).describe("Side of the convolutions' kernels, in pixels of the map."),
    pointwise: z
      .boolean()
      .default(false)
      .describe(
        'All convolutions but the first see one pixel (1×1): a network in a network (Lin, Chen & Yan, arXiv 1312.4400).',
      ),
    pool: z
      .enum(['max', 'mean', 'none'])
      .default('max')
      .describe(
        'What ends the block: the maximum or the mean of 2×2 windows, which halves the map, or nothing.',
      ),
  })
  .refine(({ filters, convolutions }) => typeof filters === 'number' || convolutions === undefined, {
    path: ['convolutions'],
    message: 'a list of filters says how many convolutions there are: leave this out',
  });
export type CnnBlock = z.infer<typeof block>;

const three = { kernel: 3, pointwise: false } as const;

/** Blocks by name. A name keeps its blocks, so that saved runs keep their meaning. */
export const cnnPresets = {
  /** 3 convolutions, 94 thousand weights. */
  small: [
    { ...three, filters: 32, pool: 'max' },
    { ...three, filters: 64, pool: 'max' },
    { ...three, filters: 128, pool: 'max' },
  ],
  /** 6 convolutions, 288 thousand weights. */
  medium: [
    { ...three, filters: 32, convolutions: 2, pool: 'max' },
    { ...three, filters: 64, convolutions: 2, pool: 'max' },
    { ...three, filters: 128, convolutions: 2, pool: 'max' },
  ],
  /** 10 convolutions, 1.9 million weights. */
  deep: [
    { ...three, filters: 32, convolutions: 2, pool: 'max' },
    { ...three, filters: 64, convolutions: 2, pool: 'max' },
    { ...three, filters: 128, convolutions: 3, pool: 'max' },
    { ...three, filters: 256, convolutions: 3, pool: 'none' },
  ],
  /**
   * The network in a network that predicts rotations of CIFAR-10 (Gidaris, Singh & Komodakis, arXiv 1803.07728), with its four
   * blocks. 1.4 million weights; its poolings are of 3×3 windows that overlap, these of 2×2.
   */
  'network-in-network': [
    { filters: [192, 160, 96], kernel: 5, pointwise: true, pool: 'max' },
    { filters: 192, convolutions: 3, kernel: 5, pointwise: true, pool: 'mean' },
    { filters: 192, convolutions: 3, kernel: 3, pointwise: true, pool: 'none' },
    { filters: 192, convolutions: 3, kernel: 3, pointwise: true, pool: 'none' },
  ],
} satisfies Record<string, CnnBlock[]>;

const presets = Object.keys(cnnPresets) as (keyof typeof cnnPresets)[];

/** Settings of the plain convolutional network. */
export const cnnConfig = z.strictObject({
  name: z.literal('cnn'),
  input: inputConfig,
  /** From the image up: a network by its name (small, medium, deep, network-in-network), or a list of blocks. */
  blocks: z
    .union([z.enum(presets), z.array(block).min(1)], {
      error: `${presets.join(', ')}, or a list of blocks such as {filters: 32, convolutions: 2, pool: max}`,
    })
    .default('small')
    .describe('Convolutions and poolings: by name, or one block after the other.'),
  normalization: z
    .enum(['batch', 'bias'])
    .default('batch')
    .describe('What each convolution is followed by: batch normalisation, or a bias alone.'),
});
export type CnnConfig = z.infer<typeof cnnConfig>;
