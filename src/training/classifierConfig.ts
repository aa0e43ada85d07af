import { z } from 'zod';
import { convLstmClassifierConfig } from '../models/convLstmClassifier.js';
import { dynamicNrmConfig } from '../models/dynamicNrm/index.js';
import { type NrmConfig, nrmConfig, nrmPresets } from '../models/nrm/index.js';
import { augmentationConfig, changesPictures } from './augmentation.js';
import {
  classifierMethod,
  isSigned,
  looksInside,
  needsUnlabelled,
  objectivesOf,
} from './classifierMethod.js';
import { optimizerConfig, scheduleConfig, threadsConfig } from './config.js';
import { ANSWER_TERMS, rendersPictures } from './nrmObjectives.js';

const fraction = z.number().min(0).max(1);
const positive = z.number().positive();

/** How many clips are made of a dataset of clips, and what they are. */
const clipCounts = z.strictObject({
  train: z.int().positive().default(5_000),
  validation: z.int().positive().default(500),
  test: z.int().positive().default(2_000),
  /** Frames of each. */
  frames: z.int().positive().default(7),
  /** Each clip's frames in their order, or in one of chance: a control without motion. */
  order: z.enum(['true', 'shuffled']).default('true'),
});

/** Datasets of clips; the others are of pictures. */
const CLIP_DATASETS = ['occluded-digits', 'ten-faces'] as const;

/** Pictures or clips, and how many of them keep their label. */
const classifierData = z.strictObject({
  dataset: z.enum(['mnist', 'fashion-mnist', 'cifar10', ...CLIP_DATASETS]),
  /** Where the dataset is of clips. */
  clips: clipCounts.optional(),
  /** Labels that may be used, as many of each class, or all. */
  labels: z.union([z.int().positive(), z.literal('all')]).default(100),
  /** Which of the fixed draws of that many labels. */
  draw: z.int().positive().default(1),
});

/** `preset: mnist` stands for the layers of that network; what is set beside it goes before. */
const model = z.preprocess(
  (given, context) => {
    if (given === null || typeof given !== 'object' || !('preset' in given)) return given;
    const { preset, ...rest } = given;
    const presets: Readonly<Record<string, object>> = nrmPresets;
    const known = typeof preset === 'string' && Object.hasOwn(presets, preset) ? presets[preset] : undefined;
    if (!known)
      context.issues.push({
        code: 'custom',
        path: ['preset'],
        message: `there is no network ${String(preset)}; there are: ${Object.keys(presets).join(', ')}`,
        input: given,
      });
    return { name: 'nrm', ...known, ...rest };
  },
  z.discriminatedUnion('name', [nrmConfig, dynamicNrmConfig, convLstmClassifierConfig]),
);

const training = z.strictObject({
  /** Pictures with a label in each step. */
  labelled: z.int().positive().default(32),
  /** Pictures without one. */
  unlabelled: z.int().min(0).default(96),
  learningRate: positive.default(0.001),
  optimizer: optimizerConfig.prefault({ kind: 'adam' }),
  schedule: scheduleConfig.default({ kind: 'constant' }),
  clipNorm: positive.optional(),
  /** What is done at random to the pictures; the teacher sees them changed in other ways. */
  augmentation: augmentationConfig.prefault({}),
  /** So many steps learn from labels alone, at the price of that, before the unsupervised losses come in. */
  labelsFirst: z.int().min(0).default(0),
  /** Steps over which the unsupervised losses come in, by exp(−5 (1 − t)²). */
  ramp: z.int().min(0).default(0),
  /** Share of itself that the teacher keeps in a step; less in its first ones. */
  teacherDecay: fraction.default(0.99),
  /** Training ends at the first of these. */
  steps: z.int().positive().optional(),
  seconds: positive.optional(),
  validateEvery: z.int().positive().default(250),
  checkpointEvery: z.int().positive().default(250),
});
export type ClassifierTraining = z.infer<typeof training>;

const evaluation = z.strictObject({
  /** Whose answers count: the network's, or those of its moving average. */
  network: z.enum(['student', 'teacher']).default('teacher'),
  /** Pictures side by side. */
  batch: z.int().positive().default(100),
});

/** A classification pipeline, as in `pipelines/classify-*.yaml`. */
export const classifierConfig = z
  .strictObject({
    name: z
      .string()
      .regex(/^(?!\.{1,2}$)[\w.-]+$/, 'letters, digits, "-", "_" and "." only, and no "." or ".." alone'),
    seed: z.int().min(0).default(1),
    precision: z.enum(['full', 'fast']).default('full'),
    /** Threads that TensorFlow computes on; all cores by default. As many per operation are needed for the same bits. */
    threads: threadsConfig.optional(),
    data: classifierData,
    model,
    method: classifierMethod,
    training: training
      .refine((t) => t.steps ?? t.seconds, 'say when to stop: set steps or seconds')
      .prefault({ seconds: 600 }),
    evaluation: evaluation.prefault({}),
  })
  .refine(({ training, method }) => training.unlabelled > 0 || !needsUnlabelled(method), {
    path: ['training', 'unlabelled'],
    message: 'this method learns from pictures without a label: it needs some in each step',
  })
  .refine(({ model, method }) => !('maxMin' in model && model.maxMin && isSigned(method)), {
    path: ['method', 'inference'],
    message: 'the signed E-step knows one reading: set model.maxMin=false, or inference to bottom-up',
  })
  .refine(({ model, method }) => !(isNormalizedDown(model) && isSigned(method)), {
    path: ['model', 'rendering'],
    message:
      'the signed E-step asks what the rendered signs are before they are normalised: set model.rendering=folded, or inference to bottom-up',
  })
  .refine(({ model }) => !isNormalizedDown(model) || model.normalization === 'batch', {
    path: ['model', 'rendering'],
    message:
      'maps are normalised on the way down only where they are on the way up: set model.normalization=batch',
  })
  .refine(({ model, method }) => model.name === 'nrm' || !isSigned(method), {
    path: ['method', 'inference'],
    message: 'the signed E-step is of pictures (model nrm): set inference to bottom-up',
  })
  .refine(({ data, model }) => isOfClips(data.dataset) === (model.name !== 'nrm'), {
    path: ['model', 'name'],
    message: `a dataset of clips (${CLIP_DATASETS.join(', ')}) needs model dynamic-nrm or conv-lstm-classifier, and pictures need nrm`,
  })
  .refine(({ data }) => isOfClips(data.dataset) === (data.clips !== undefined), {
    path: ['data', 'clips'],
    message: `clips are counted where the dataset is of clips (${CLIP_DATASETS.join(', ')}), and only there: clips: {} takes the defaults`,
  })
  .refine(({ data, method }) => isOfClips(data.dataset) || objectivesOf(method).prediction === 0, {
    path: ['method', 'objectives', 'prediction'],
    message: `pictures have no next frame: this needs a dataset of clips (${CLIP_DATASETS.join(', ')})`,
  })
  .refine(({ data, method }) => data.clips?.frames !== 1 || objectivesOf(method).prediction === 0, {
    path: ['data', 'clips', 'frames'],
    message:
      'a clip of one frame has no next one: set it to 2 at least, or method.objectives.prediction to 0',
  })
  .refine(({ data, method }) => !isOfClips(data.dataset) || objectivesOf(method).virtualAdversarial === 0, {
    path: ['method', 'objectives', 'virtualAdversarial'],
    message: 'this is a loss of pictures, not of clips: leave it out',
  })
  .refine(({ data, training }) => !isOfClips(data.dataset) || !changesPictures(training.augmentation), {
    path: ['training', 'augmentation'],
    message: 'pictures are augmented, clips are not: leave it out',
  })
  .refine(({ model, method }) => model.name !== 'conv-lstm-classifier' || !looksInside(method), {
    path: ['method', 'objectives'],
    message: `conv-lstm-classifier renders nothing; it knows ${ANSWER_TERMS.join(', ')}: leave out the others`,
  })
  .refine(({ model }) => model.classes === 10, {
    path: ['model', 'classes'],
    message: 'the datasets have 10 classes',
  })
  // A network that is not rendered while it trains has no statistics to normalise with: it is rendered as what it is.
  .overwrite((config) =>
    isNormalizedDown(config.model) && !rendersPictures(objectivesOf(config.method))
      ? { ...config, model: { ...config.model, rendering: 'folded' as const } }
      : config,
  );
export type ClassifierConfig = z.infer<typeof classifierConfig>;

function isOfClips(dataset: string): boolean {
  return CLIP_DATASETS.some((name) => name === dataset);
}

function isNormalizedDown(model: object): model is NrmConfig {
  return 'rendering' in model && model.rendering === 'normalized';
}
