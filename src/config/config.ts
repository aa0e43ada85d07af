import { z } from 'zod';
import { clipMethodConfig } from '../methods/index.js';
import { predictorConfig } from '../models/index.js';
import { clipConflicts, lackingOfClips, reportTo } from './crossChecks.js';
import { type DataConfig, dataConfig } from './dataConfig.js';
import { experimentKeys, intervalKeys, limitKeys, stepKeys } from './experimentConfig.js';
import { type OldKeyIssue, withMethod } from './pipelineMethod.js';

export { type DataConfig, dataConfig };

export const trainingConfig = z.strictObject({
  batch: z.int().positive().default(16).describe('Clips in each step.'),
  ...stepKeys('rmsprop'),
  startFrom: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Run folder whose best weights training starts from, for example a run without `adversarial` of the same model.',
    ),
  ...limitKeys,
  epochs: z
    .int()
    .positive()
    .optional()
    .describe('Passes over the training split. Training ends at the first limit that is reached.'),
  ...intervalKeys(100),
  validationBatches: z
    .int()
    .positive()
    .default(8)
    .describe('Batches of the validation split looked at each time.'),
});
export type TrainingConfig = z.infer<typeof trainingConfig>;

/** What the test split is measured on, whatever clips the training used. */
export const evaluationConfig = z.strictObject({
  steps: z
    .int()
    .positive()
    .optional()
    .describe('Frames watched in each test clip, each followed by a prediction; `data.steps` by default.'),
  predict: z
    .enum(['every', 'last'])
    .optional()
    .describe(
      'Which of their predictions are measured; those that training counts (`method.predict`) by default.',
    ),
  context: z
    .int()
    .positive()
    .optional()
    .describe('Frames shown before the model is left to itself; `data.steps` by default.'),
  horizon: z.int().positive().default(10).describe('Frames it then has to expect on its own.'),
  batch: z
    .int()
    .positive()
    .optional()
    .describe(
      'Clips side by side: changes how long it takes, not what comes out; `training.batch` by default.',
    ),
});
export type EvaluationConfig = z.infer<typeof evaluationConfig>;

const pipelineKeys = z.strictObject({
  ...experimentKeys,
  data: dataConfig.prefault({}),
  model: predictorConfig.describe('The network.'),
  method: clipMethodConfig.prefault({ name: 'next-frame' }).describe('How it learns.'),
  training: trainingConfig
    .refine((t) => t.steps ?? t.epochs ?? t.seconds, 'say when to stop: set steps, epochs or seconds')
    .prefault({ seconds: 600 }),
  evaluation: evaluationConfig.prefault({}),
});

/** A whole experiment on clips of videos, as in `pipelines/*.yaml`. */
export const pipelineConfig = z
  .preprocess((raw, context) => {
    const report = (issue: OldKeyIssue) => context.issues.push({ code: 'custom', input: raw, ...issue });
    const whole = withMethod(raw, report);
    const lacking = lackingOfClips(whole);
    if (lacking) report({ ...lacking, path: [...lacking.path] });
    return whole;
  }, pipelineKeys)
  .superRefine((config, context) => reportTo(context, clipConflicts(config)));
export type PipelineConfig = z.infer<typeof pipelineConfig>;
