import { z } from 'zod';

/** Pooling over windows side by side. */
const pooling = z.strictObject({
  kind: z.enum(['max', 'mean']).default('max').describe('What is kept of a window: its maximum or its mean.'),
  size: z
    .int()
    .min(2)
    .default(2)
    .describe('Side of the windows, in pixels of the map. An odd last row or column is left out.'),
});

const layer = z.strictObject({
  filters: z.int().positive().describe('Channels of the map that the layer computes.'),
  kernel: z.int().positive().default(3).describe("Side of the convolution's kernel; its stride is 1."),
  padding: z
    .enum(['same', 'valid'])
    .default('same')
    .describe('Whether the map keeps the size of the one below (zeros around it) or loses a border.'),
  pool: pooling.optional().describe('Pooling after the layer; none by default.'),
  dropout: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe("Share of the layer's outputs that are switched off while training."),
});
export type NrmLayerConfig = z.infer<typeof layer>;

const max2 = { kind: 'max', size: 2 } as const;
const halved = { pool: max2, dropout: 0.5 };

/** What a preset sets. */
interface NrmPreset {
  readonly layers: z.input<typeof layer>[];
  readonly normalization?: 'bias' | 'batch';
  readonly activation?: 'relu' | 'leaky-relu';
}

/** Networks of Ho et al. (arXiv 1811.02657), as in the authors' code: put `...nrmPresets.mnist` into a model's settings. */
export const nrmPresets = {
  /** For 28×28 digits. */
  mnist: {
    layers: [
      { filters: 32, kernel: 5, pool: max2 },
      { filters: 64 },
      { filters: 64, pool: max2 },
      { filters: 128 },
    ],
  },
  /** AllConv13, for 32×32 images in colour. */
  allConv13: {
    layers: [
      { filters: 128 },
      { filters: 128 },
      { filters: 128, ...halved },
      { filters: 256 },
      { filters: 256 },
      { filters: 256, ...halved },
      { filters: 512, padding: 'valid' },
      { filters: 256 },
      { filters: 128 },
    ],
    normalization: 'batch',
    activation: 'leaky-relu',
  },
} satisfies Record<string, NrmPreset>;

/** Settings of the neural rendering model: a convolutional classifier, from which its renderer follows. */
export const nrmConfig = z.strictObject({
  name: z.literal('nrm'),
  layers: z
    .array(layer)
    .min(1)
    .prefault(nrmPresets.mnist.layers)
    .describe('From the image up; by default those of the preset `mnist`.'),
  classes: z.int().min(2).default(10).describe('Classes to distinguish.'),
  normalization: z
    .enum(['bias', 'batch'])
    .default('bias')
    .describe('A bias, or batch normalisation, whose folded shift is then the bias of the theory.'),
  activation: z
    .enum(['relu', 'leaky-relu'])
    .default('relu')
    .describe('What follows each convolution: max(0, x), or a part of what is negative too.'),
  globalPooling: z
    .enum(['mean', 'none'])
    .default('mean')
    .describe(
      'How the last map becomes the vector that templates are compared with: its mean over the image, or all of it.',
    ),
  maxMin: z
    .boolean()
    .default(false)
    .describe('Read images a second time with the minimum in place of the maximum, on the same weights.'),
  rendering: z
    .enum(['folded', 'bare', 'normalized'])
    .default('folded')
    .describe(
      "With batch normalisation: render with the weights as it scales them, which is the exact inverse of the way up, with the bare ones, or with the bare ones and a batch normalisation of its own after each, as in the authors' code.",
    ),
});
export type NrmConfig = z.infer<typeof nrmConfig>;
