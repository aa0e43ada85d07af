import { z } from 'zod';

/** Pooling over windows side by side. */
const pooling = z.strictObject({
  kind: z.enum(['max', 'mean']).default('max'),
  /** Side of the windows, in pixels of the map. An odd last row or column is left out. */
  size: z.int().min(2).default(2),
});

const layer = z.strictObject({
  filters: z.int().positive(),
  /** Side of the convolution's kernel; its stride is 1. */
  kernel: z.int().positive().default(3),
  padding: z.enum(['same', 'valid']).default('same'),
  pool: pooling.optional(),
  /** Share of the layer's outputs that are switched off while training. */
  dropout: z.number().min(0).lt(1).default(0),
});
export type NrmLayerConfig = z.infer<typeof layer>;

/** Settings of the neural rendering model: a convolutional classifier, from which its renderer follows. */
export const nrmConfig = z.strictObject({
  name: z.literal('nrm'),
  /** From the picture up. */
  layers: z.array(layer).min(1),
  classes: z.int().min(2).default(10),
  /** A bias, or batch normalisation, whose folded shift is then the bias of the theory. */
  normalization: z.enum(['bias', 'batch']).default('bias'),
  activation: z.enum(['relu', 'leaky-relu']).default('relu'),
  /** How the last map becomes the vector that templates are compared with: its mean over the picture, or all of it. */
  globalPooling: z.enum(['mean', 'none']).default('mean'),
  /** Read pictures a second time with the minimum in place of the maximum, on the same weights. */
  maxMin: z.boolean().default(false),
  /**
   * With batch normalisation: render with the weights as it scales them, which is the exact inverse of the way up, with the bare
   * ones, or with the bare ones and a batch normalisation of its own after each, as in the authors' code.
   */
  rendering: z.enum(['folded', 'bare', 'normalized']).default('folded'),
});
export type NrmConfig = z.infer<typeof nrmConfig>;

const max2 = { kind: 'max', size: 2 } as const;
const halved = { pool: max2, dropout: 0.5 };

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
  /** AllConv13, for 32×32 pictures in colour. */
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
} satisfies Record<string, Omit<z.input<typeof nrmConfig>, 'name'>>;
