import { z } from 'zod';
import { autoencoderConfig } from '../models/autoencoder.js';
import { convLstmConfig } from '../models/convLstm.js';
import { discriminatorConfig } from '../models/discriminator.js';
import { dynamicNrmConfig } from '../models/dynamicNrm/index.js';
import { frameStackConfig } from '../models/frameStack.js';
import { drawsChanges } from '../models/index.js';
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
  /** How a dataset's frames come: encoded as mp4 files and read back, or straight from its generator (`clips` as many as you like). */
  via: z.enum(['mp4', 'arrays']).default('mp4'),
  /**
   * Show one frame of every clip (of `steps` + 1 frames of own videos) the whole time: a control without motion. The test split
   * moves.
   */
  still: z.boolean().default(false),
  /** Files, folders, globs or addresses, when no dataset is named. */
  videos: z.array(z.string()).default([]),
  /**
   * Own videos: the share that goes to training and to validation; the rest is the test. By time: of each file its first,
   * next and last part. By file: whole files (three at least), in an order that the seed decides.
   */
  split: z
    .strictObject({
      /** Where it is left open: by file if the parts of short videos hold no clip, else by time. */
      by: z.enum(['time', 'file']).optional(),
      train: fraction.default(0.8),
      validation: fraction.default(0.1),
    })
    .refine(
      ({ train, validation }) => train + validation < 1,
      'train + validation must leave a rest for the test',
    )
    .prefault({}),
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

/** An adversarial loss beside the squared error. */
export const adversarialConfig = z.strictObject({
  /** Weight of the adversarial loss against the mean squared error's 1. */
  lambda: z.number().min(0).default(0.0002),
  discriminator: discriminatorConfig
    .extend({
      optimizer: optimizerConfig.default({ kind: 'sgd', momentum: 0.5 }),
      /** Moves by the schedule of the training's own rate. */
      learningRate: positive.default(0.01),
    })
    .prefault({}),
});
export type AdversarialConfig = z.infer<typeof adversarialConfig>;

export const trainingConfig = z.strictObject({
  batch: z.int().positive().default(16),
  learningRate: positive.default(0.001),
  optimizer: optimizerConfig.default({ kind: 'rmsprop', decay: 0.9, momentum: 0 }),
  schedule: scheduleConfig.default({ kind: 'constant' }),
  /** Longest gradient let through, by global norm. */
  clipNorm: positive.optional(),
  /** Which predictions count: of every step, or of a clip's last frame alone. */
  predict: z.enum(['every', 'last']).default('every'),
  /** What the output at each frame should be: the next frame, or the frame itself (the reconstructing controls). */
  target: z.enum(['next', 'current']).default('next'),
  /** So many of the last frames watched are the model's own predictions of them: trains it to be left to itself. */
  rollout: z.int().min(0).default(0),
  /** Train against a discriminator too; `{}` takes its defaults. */
  adversarial: adversarialConfig.optional(),
  /** Run folder whose best weights training starts from, for example a run without `adversarial` of the same model. */
  startFrom: z.string().min(1).optional(),
  /** Training ends at the first of these. */
  steps: z.int().positive().optional(),
  epochs: z.int().positive().optional(),
  seconds: positive.optional(),
  /** Steps between two looks at the validation split. */
  validateEvery: z.int().positive().default(100),
  /** Batches of the validation split looked at each time. */
  validationBatches: z.int().positive().default(8),
  /** Steps between two saves; where they are slow, it is saved every half minute too. */
  checkpointEvery: z.int().positive().default(100),
});
export type TrainingConfig = z.infer<typeof trainingConfig>;

/** What the test split is measured on, whatever clips the training used. */
export const evaluationConfig = z.strictObject({
  /** Frames watched in each test clip, each followed by a prediction; `data.steps` by default. */
  steps: z.int().positive().optional(),
  /** Which of their predictions are measured; those that training counts (`training.predict`) by default. */
  predict: z.enum(['every', 'last']).optional(),
  /** Frames shown before the model is left to itself; `data.steps` by default. */
  context: z.int().positive().optional(),
  /** Frames it then has to expect on its own. */
  horizon: z.int().positive().default(10),
  /** Clips side by side: changes how long it takes, not what comes out; `training.batch` by default. */
  batch: z.int().positive().optional(),
});
export type EvaluationConfig = z.infer<typeof evaluationConfig>;

/** Training to predict moves every parameter by its gradient, which moving statistics have none of. */
const predictingDynamicNrm = dynamicNrmConfig.extend({
  normalization: z
    .literal(
      'bias',
      'to predict, dynamic-nrm takes bias alone: batch normalisation is for `foreframe classify`',
    )
    .default('bias'),
});

const threadCount = z.int().min(1).max(1024);

/** For each operation and for operations side by side, in one number or apart. */
export const threadsConfig = z.union(
  [threadCount, z.strictObject({ perOperation: threadCount, operations: threadCount.optional() })],
  { error: 'a whole number from 1 to 1024, or {perOperation: 1, operations: 2}' },
);

const pipelineKeys = z.strictObject({
  name: z
    .string()
    .regex(/^(?!\.{1,2}$)[\w.-]+$/, 'letters, digits, "-", "_" and "." only, and no "." or ".." alone'),
  seed: z.int().min(0).default(1),
  precision: z.enum(['full', 'fast']).default('full'),
  /** Threads that TensorFlow computes on; all cores by default. As many per operation are needed for the same bits. */
  threads: threadsConfig.optional(),
  data: dataConfig.prefault({}),
  model: z.discriminatedUnion('name', [
    pgnConfig,
    autoencoderConfig,
    convLstmConfig,
    frameStackConfig,
    predictingDynamicNrm,
  ]),
  training: trainingConfig
    .refine((t) => t.steps ?? t.epochs ?? t.seconds, 'say when to stop: set steps, epochs or seconds')
    .prefault({ seconds: 600 }),
  evaluation: evaluationConfig.prefault({}),
});

/** A whole experiment, as in `pipelines/*.yaml`. */
export const pipelineConfig = pipelineKeys
  .refine(({ model, training }) => training.target === 'next' || !drawsChanges(model), {
    path: ['training', 'target'],
    message:
      'a model that draws what to add to the last frame gives that frame back without learning anything: ' +
      'to reconstruct, use model pgn with output: frame, or autoencoder',
  })
  .refine(({ training }) => training.target === 'next' || !training.adversarial, {
    path: ['training', 'adversarial'],
    message: 'the discriminator judges frames that follow what was seen: it needs training.target: next',
  })
  .refine(({ training, data }) => training.rollout < data.steps, {
    path: ['training', 'rollout'],
    message: 'of the frames watched (data.steps) at least one must be a true one',
  })
  .refine(
    ({ training }) => training.rollout === 0 || !(training.adversarial || training.target === 'current'),
    {
      path: ['training', 'rollout'],
      message:
        'own predictions are watched for the squared error of the next frame alone: not with adversarial or target: current',
    },
  );
export type PipelineConfig = z.infer<typeof pipelineConfig>;
