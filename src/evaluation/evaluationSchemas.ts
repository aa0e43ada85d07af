import { z } from 'zod';

// The schemas of the files that hold evaluations.

/** JSON has no NaN and no infinities: they are written as `null`. */
export const keptNumber = z.number().or(z.null().transform(() => Number.NaN));
export const count = z.int().min(0);
const text = z.string().max(10_000);

const statistic = z.object({ mean: keptNumber, sd: keptNumber.optional(), byStep: z.array(keptNumber) });

const metrics = z.object({
  squaredError: statistic,
  meanSquaredError: statistic,
  meanAbsoluteError: statistic,
  psnr: statistic,
  ssim: statistic.optional(),
  sharpness: statistic,
  gradientRatio: statistic.optional(),
});

const measurement = z.object({
  clips: count,
  valuesPerFrame: count,
  model: metrics,
  copyLast: metrics,
  linear: metrics,
});

const teacherForced = measurement.extend({
  steps: count,
  predict: z.enum(['every', 'last']),
  reconstruction: metrics,
});

const budget = { steps: count.optional(), seconds: z.number().optional() };

/** `evaluation.json` of a run that predicts. */
export const evaluationSchema = z.object({
  name: text,
  split: z.literal('test'),
  data: text,
  seed: count,
  step: count,
  minutes: z.object({ weights: z.number(), total: z.number() }),
  budget: z.object({ ...budget, epochs: count.optional() }),
  target: z.enum(['next', 'current']),
  hardware: text,
  trained: teacherForced,
  random: teacherForced,
  rollout: measurement.extend({ context: count, horizon: count.max(1_000_000) }).optional(),
  noRollout: z.object({ context: count, horizon: count, longestClip: count }).optional(),
});

const byNetwork = z.object({ student: z.number(), teacher: z.number() });

const weightsErrors = z.object({
  step: count,
  minutes: z.number(),
  validation: byNetwork,
  test: byNetwork,
});

/** `evaluation.json` of a classifier. How its method was set is shown nowhere: so settings of older versions are accepted. */
export const classifierEvaluationSchema = z
  .object({
    kind: z.literal('classifier'),
    name: text,
    data: text,
    dataset: text,
    labels: z.int().positive().or(z.literal('all')),
    draw: count,
    clips: z
      .looseObject({
        train: count,
        validation: count,
        test: count,
        frames: count,
        order: z.enum(['true', 'shuffled']),
      })
      .optional(),
    method: z.looseObject({ name: text }),
    seed: count,
    network: z.enum(['student', 'teacher']),
    samples: count.optional(),
    testError: z.number(),
    best: weightsErrors,
    last: weightsErrors,
    classes: z.array(text),
    confusion: z.array(z.array(count)),
    groups: z.array(z.object({ group: text, tested: count, wrong: count })).optional(),
    budget: z.object(budget),
    picturesSeen: count,
    hardware: text,
  })
  .refine(
    ({ classes, confusion }) =>
      confusion.length === classes.length && confusion.every((row) => row.length === classes.length),
    { path: ['confusion'], message: 'it should have a row and a column of each class' },
  );

const taskErrors = z.object({ step: count, minutes: z.number(), validation: z.number(), test: z.number() });

/** `evaluation.json` of a run whose method needs no labels. */
export const taskEvaluationSchema = z.object({
  kind: z.literal('task'),
  name: text,
  data: text,
  dataset: text,
  method: z.looseObject({ name: text }),
  seed: count,
  samples: count.optional(),
  best: taskErrors,
  last: taskErrors,
  budget: z.object(budget),
  imagesSeen: count,
  hardware: text,
});
