import { z } from 'zod';
import type { ClipMethod } from './method.js';
import { predictionStep } from './prediction/predictionStep.js';

const ROLLOUT = 'a whole number of frames from 0 on, or a share of them below 1';

const settings = z.strictObject({
  name: z.literal('next-frame'),
  predict: z
    .enum(['every', 'last'])
    .default('every')
    .describe("Which predictions count: that of every frame, or only that of a clip's last frame."),
  rollout: z
    .number({ error: ROLLOUT })
    .min(0, ROLLOUT)
    .refine((rollout) => Number.isInteger(rollout) || rollout < 1, ROLLOUT)
    .default(0)
    .describe(
      "How many of the last frames watched, or which share of them, are replaced by the model's own predictions, to train it to continue on its own.",
    ),
});

/** Of `steps` frames watched, how many are the model's own predictions. */
export function rolloutFrames(rollout: number, steps: number): number {
  return Number.isInteger(rollout) ? rollout : Math.floor(rollout * steps);
}

/** Predict the next frame: mean squared error. What each member means is in `method.ts`. */
export const nextFrame: ClipMethod<typeof settings> = {
  name: 'next-frame',
  about: 'Predict the next frame of a clip; the loss is the squared error.',
  source: 'Lotter, Kreiman & Cox 2015, arXiv 1511.06380',
  samples: 'clips',
  needs: ['next-frame'],
  settings,
  target: 'next',
  choosesBest: true,
  predicts: ({ predict }) => predict,
  conflict: ({ rollout }, { data }) =>
    rolloutFrames(rollout, data.steps) < data.steps
      ? undefined
      : {
          path: ['method', 'rollout'],
          message: 'must be smaller than data.steps: the model has to watch at least one real frame',
        },
  build: ({ settings: { predict, rollout }, model, sizes, training }) => ({
    train: predictionStep(model, sizes, {
      ...training,
      predict,
      rollout: rolloutFrames(rollout, sizes.steps),
      target: 'next',
    }),
  }),
};
