import { z } from 'zod';
import { convLstmConfig } from '../models/convLstm.js';
import { pgnConfig } from '../models/pgn.js';

const fraction = z.number().min(0).max(1);
const positive = z.number().positive();

/** Where frames come from and how they are cut into clips. */
export const dataConfig = z.strictObject({
  /** Name of a dataset (`foreframe datasets list`); without it the videos named on the command line are used. */
  dataset: z.string().optional(),
  /** Clips to generate per split, for generated datasets. */
  clips: z
    .strictObject({
      train: z.int().positive(),
      validation: z.int().positive(),
      test: z.int().positive(),
      /** Frames of each; by default as many as the dataset's card says. */
      frames: z.int().positive().optional(),
    })
    .default({ train: 160, validation: 20, test: 20 }),
  /** Files, folders, globs or addresses, when no dataset is named. */
  videos: z.array(z.string()).default([]),
  /** Own videos: the share of each, by time, that goes to training and validation; the rest is the test. */
  split: z
    .strictObject({ train: fraction, validation: fraction })
    .refine(
      ({ train, validation }) => train + validation < 1,
      'train + validation must leave a rest for the test',
    )
    .default({ train: 0.8, validation: 0.1 }),
  width: z.int().positive().default(64),
  height: z.int().positive().default(64),
  color: z.enum(['grey', 'rgb']).default('grey'),
  fit: z.enum(['fill', 'contain', 'cover']).default('cover'),
  /** Frames per second taken from the video; every frame by default. */
  rate: positive.optional(),
  /** Seconds of each video to use. */
  start: z.number().min(0).optional(),
  duration: positive.optional(),
  /** Frames the model watches in a clip; a clip holds one more, since each is followed by a prediction. */
  steps: z.int().positive().default(10),
  /** Frames from the start of one clip to the start of the next; by default clips do not overlap. */
  stride: z.int().positive().optional(),
  /** Clips held to draw from at random; 0 keeps the order of the video. */
  shuffle: z.int().min(0).default(256),
  /** Batches to have ready ahead of training. */
  prefetch: z.int().positive().default(3),
  onCorrupt: z.enum(['skip', 'fail']).default('skip'),
});
export type DataConfig = z.infer<typeof dataConfig>;

const momentum = fraction.default(0);
const epsilon = positive.optional();
const betas = { beta1: fraction.default(0.9), beta2: fraction.default(0.999), epsilon };

export const optimizerConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sgd'), momentum }),
  z.strictObject({ kind: z.literal('rmsprop'), decay: fraction.default(0.9), momentum, epsilon }),
  z.strictObject({ kind: z.literal('adam'), ...betas }),
  z.strictObject({ kind: z.literal('adamw'), ...betas, weightDecay: z.number().min(0).default(0.01) }),
]);

/** How the learning rate moves with the share of the training that is done, from 0 to 1. */
export const scheduleConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  z.strictObject({ kind: z.literal('cosine'), final: fraction.default(0), warmup: fraction.default(0) }),
  z.strictObject({ kind: z.literal('exponential'), final: fraction.default(0.1) }),
]);
export type ScheduleConfig = z.infer<typeof scheduleConfig>;

export const trainingConfig = z.strictObject({
  batch: z.int().positive().default(16),
  learningRate: positive.default(0.001),
  optimizer: optimizerConfig.default({ kind: 'rmsprop', decay: 0.9, momentum: 0 }),
  schedule: scheduleConfig.default({ kind: 'constant' }),
  /** Longest gradient let through, by global norm. */
  clipNorm: positive.optional(),
  /** Which predictions count: of every step, or of a clip's last frame alone. */
  predict: z.enum(['every', 'last']).default('every'),
  /** Training ends at the first of these. */
  steps: z.int().positive().optional(),
  epochs: z.int().positive().optional(),
  seconds: positive.optional(),
  /** Steps between two looks at the validation split. */
  validateEvery: z.int().positive().default(100),
  /** Batches of the validation split looked at each time. */
  validationBatches: z.int().positive().default(8),
  /** Steps between two saves. */
  checkpointEvery: z.int().positive().default(100),
});
export type TrainingConfig = z.infer<typeof trainingConfig>;

/** A whole experiment, as in `pipelines/*.yaml`. */
export const pipelineConfig = z.strictObject({
  name: z.string().regex(/^[\w.-]+$/, 'letters, digits, "-", "_" and "." only'),
  seed: z.int().min(0).default(1),
  precision: z.enum(['full', 'fast']).default('full'),
  /** Threads that TensorFlow computes on; all cores by default. The same number is needed for the same bits. */
  threads: z.int().positive().optional(),
  data: dataConfig.prefault({}),
  model: z.discriminatedUnion('name', [pgnConfig, convLstmConfig]),
  training: trainingConfig
    .refine((t) => t.steps ?? t.epochs ?? t.seconds, 'say when to stop: set steps, epochs or seconds')
    .prefault({ seconds: 600 }),
});
export type PipelineConfig = z.infer<typeof pipelineConfig>;
