import { z } from 'zod';

const fraction = z.number().min(0).max(1);
const positive = z.number().positive();
const momentum = fraction.default(0).describe('Share of the last update that is added to the next one.');
const epsilon = positive.optional().describe('Added to the denominator, against division by zero.');
const betas = {
  beta1: fraction.default(0.9).describe('Share of the mean gradient that is kept in a step.'),
  beta2: fraction.default(0.999).describe('Share of the mean squared gradient that is kept in a step.'),
  epsilon,
};

/** How weights follow their gradient. */
export const optimizerConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sgd'), momentum }),
  z.strictObject({
    kind: z.literal('rmsprop'),
    decay: fraction.default(0.9).describe('Share of the mean squared gradient that is kept in a step.'),
    momentum,
    epsilon,
  }),
  z.strictObject({ kind: z.literal('adam'), ...betas }),
  z.strictObject({
    kind: z.literal('adamw'),
    ...betas,
    weightDecay: z
      .number()
      .min(0)
      .default(0.01)
      .describe('Share of each weight that a step takes away, times the learning rate.'),
  }),
]);
export type OptimizerConfig = z.infer<typeof optimizerConfig>;

/** What any training step needs to know of a pipeline's `training`. */
export interface StepOptimizer {
  readonly optimizer: OptimizerConfig;
  /** Longest gradient let through, by global norm. */
  readonly clipNorm?: number;
}
