import { z } from 'zod';
import { optimizerConfig } from '../methods/settings/optimizer.js';

const fraction = z.number().min(0).max(1);
const positive = z.number().positive();

/** How the learning rate moves with the share of the training that is done, from 0 to 1. */
export const scheduleConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  z.strictObject({
    kind: z.literal('cosine'),
    final: fraction.default(0).describe('Share of the learning rate that is left at the end.'),
    warmup: fraction.default(0).describe('Share of the training over which the learning rate rises from 0.'),
  }),
  z.strictObject({
    kind: z.literal('exponential'),
    final: fraction.default(0.1).describe('Share of the learning rate that is left at the end.'),
  }),
]);
export type ScheduleConfig = z.infer<typeof scheduleConfig>;

const threadCount = z.int().min(1).max(1024);

/** For each operation and for operations side by side, in one number or apart. */
export const threadsConfig = z.union(
  [
    threadCount,
    z.strictObject({
      perOperation: threadCount.describe('Threads of one operation.'),
      operations: threadCount.optional().describe('Operations that run side by side.'),
    }),
  ],
  { error: 'a whole number from 1 to 1024, or {perOperation: 1, operations: 2}' },
);

/** What every pipeline has, whatever it learns from. */
export const experimentKeys = {
  name: z
    .string()
    .regex(/^(?!\.{1,2}$)[\w.-]+$/, 'letters, digits, "-", "_" and "." only, and no "." or ".." alone')
    .describe('Name of the experiment: its run folder is runs/<name>.'),
  seed: z.int().min(0).default(1).describe('Seed of all random numbers: weights, order of samples, noise.'),
  precision: z
    .enum(['full', 'fast'])
    .default('full')
    .describe('full: float32. fast: products in bfloat16, on a processor that has them.'),
  threads: threadsConfig
    .optional()
    .describe(
      'Threads that TensorFlow computes on; all cores by default. As many per operation are needed for the same bits.',
    ),
};

/** How weights move in a step. */
export const stepKeys = (kind: 'rmsprop' | 'adam') => ({
  learningRate: positive.default(0.001).describe('Length of a step, at its greatest.'),
  optimizer: optimizerConfig.prefault({ kind }).describe('How weights follow their gradient.'),
  schedule: scheduleConfig
    .default({ kind: 'constant' })
    .describe('How the learning rate moves over the training.'),
  clipNorm: positive.optional().describe('Longest gradient let through, by global norm.'),
});

/** When training ends, whatever it learns from. */
export const limitKeys = {
  steps: z
    .int()
    .positive()
    .optional()
    .describe('Steps of training. Training ends at the first limit that is reached.'),
  seconds: positive
    .optional()
    .describe('Seconds of training. Training ends at the first limit that is reached.'),
};

/** How often training looks at the validation split: by steps, which resuming repeats bit for bit, or by the clock. */
const validateEveryConfig = z.union(
  [
    z.int().positive(),
    z.strictObject({
      seconds: positive.describe('Seconds of training from the end of a look to the next one.'),
    }),
  ],
  { error: 'a whole number of steps from 1 on, or {seconds: 10}' },
);

/** How often it is validated and saved; by default after so many steps. */
export const intervalKeys = (steps: number) => ({
  validateEvery: validateEveryConfig
    .default(steps)
    .describe(
      'Steps between two looks at the validation split, or {seconds: 10}: the same time for slow and fast models.',
    ),
  checkpointEvery: z
    .int()
    .positive()
    .default(steps)
    .describe('Steps between two saves; where they are slow, it is saved every half minute too.'),
});
