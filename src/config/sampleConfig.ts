import { z } from 'zod';
import { type SampleSetName, sampleSets } from '../../datasets/sampleSets.js';
import { sampleMethodConfig } from '../methods/index.js';
import { rendersImages } from '../methods/settings/nrmObjectives.js';
import { modelConfig } from '../models/index.js';
import { type NrmConfig, nrmPresets } from '../models/nrm/index.js';
import { augmentationViews } from '../views/index.js';
import { reportTo, sampleConflicts } from './crossChecks.js';
import { experimentKeys, intervalKeys, limitKeys, stepKeys } from './experimentConfig.js';
import { ownDefaults, ownSampleKeys } from './ownSampleKeys.js';

const fraction = z.number().min(0).max(1);

/** How many clips are made of a dataset of clips, and what they are. */
const CLIPS = { train: 5_000, validation: 500, test: 2_000 } as const;
const clipCounts = z.strictObject({
  train: z.int().positive().default(CLIPS.train).describe('Clips to train on that a dataset makes.'),
  validation: z.int().positive().default(CLIPS.validation).describe('Clips to choose the best weights on.'),
  test: z.int().positive().default(CLIPS.test).describe('Clips to test on.'),
  frames: z.int().positive().default(7).describe('Frames of each.'),
  order: z
    .enum(['true', 'shuffled'])
    .default('true')
    .describe(
      'Frames of a clip in their true order (`"true"`, in quotes), or shuffled: a control without motion.',
    ),
});

/** Images or clips, and how many of them keep their label. */
const sampleData = z.strictObject({
  dataset: z
    .enum(Object.keys(sampleSets) as SampleSetName[])
    .optional()
    .describe('Which images or clips to learn from, where they are not your own (`folder`, `manifest`).'),
  ...ownSampleKeys,
  clips: clipCounts
    .optional()
    .describe('Where samples are clips: of a dataset of clips, or your own videos.'),
  labels: z
    .union([z.int().positive(), z.literal('all')])
    .default(100)
    .describe('Labels that may be used, as many of each class, or all.'),
  draw: z.int().positive().default(1).describe('Which of the fixed draws of that many labels.'),
  wrongLabels: fraction
    .optional()
    .describe(
      'Share of these labels that is replaced by a class drawn at random, which the draw decides; none by default. Validation and test keep theirs.',
    ),
});

/** `preset: mnist` stands for the layers of that network; what is set beside it goes before. */
const model = z.preprocess((given, context) => {
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
}, modelConfig);

const training = z.strictObject({
  labelled: z.int().positive().default(32).describe('Images with a label in each step.'),
  unlabelled: z.int().min(0).default(96).describe('Images without one.'),
  ...stepKeys('adam'),
  augmentation: augmentationViews
    .prefault({})
    .describe('Random changes of the images; the teacher sees other changes. None by default.'),
  labelsFirst: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'Steps at the start that learn from labels only, which are cheaper, before the unsupervised losses come in.',
    ),
  ramp: z
    .int()
    .min(0)
    .default(0)
    .describe('Steps over which the unsupervised losses come in, by exp(−5 (1 − t)²).'),
  teacherDecay: fraction
    .default(0.99)
    .describe('Share of itself that the teacher keeps in a step; less in its first ones.'),
  ...limitKeys,
  ...intervalKeys(250),
});
export type SampleTrainingConfig = z.infer<typeof training>;

const evaluation = z.strictObject({
  network: z
    .enum(['student', 'teacher'])
    .default('teacher')
    .describe('Which answers count: those of the network, or of its moving average.'),
  batch: z.int().positive().default(100).describe('Images side by side.'),
  samples: z
    .int()
    .positive()
    .optional()
    .describe(
      'Look only at so many images or clips of the validation split, and of the test split, the first ones; at all by default.',
    ),
});

/** A classification pipeline, as in `pipelines/classify-*.yaml`. */
export const sampleConfig = z
  .strictObject({
    ...experimentKeys,
    data: z.preprocess(ownDefaults(CLIPS), sampleData),
    model: model.describe(
      'The network. `preset: mnist` or `preset: allConv13` stands for a published `nrm`.',
    ),
    method: sampleMethodConfig.describe('How it learns.'),
    training: training
      .refine((t) => t.steps ?? t.seconds, 'say when to stop: set steps or seconds')
      .prefault({ seconds: 600 }),
    evaluation: evaluation.prefault({}),
  })
  .refine(({ model }) => !isNormalizedDown(model) || model.normalization === 'batch', {
    path: ['model', 'rendering'],
    message:
      'maps are normalised on the way down only where they are on the way up: set model.normalization=batch',
  })
  .superRefine((config, context) => reportTo(context, sampleConflicts(config)))
  // A network that is not rendered while it trains has no statistics to normalise with: it is rendered without them.
  .overwrite((config) =>
    isNormalizedDown(config.model) &&
    !(config.method.name === 'nrm' && rendersImages(config.method.objectives))
      ? { ...config, model: { ...config.model, rendering: 'folded' as const } }
      : config,
  );
export type SampleConfig = z.infer<typeof sampleConfig>;

function isNormalizedDown(model: object): model is NrmConfig {
  return 'rendering' in model && model.rendering === 'normalized';
}
