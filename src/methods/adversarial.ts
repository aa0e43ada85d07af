import { z } from 'zod';
import { discriminator, discriminatorConfig } from '../models/index.js';
import type { ClipMethod } from './method.js';
import { adversarialStep } from './prediction/adversarialStep.js';
import { optimizerConfig } from './settings/optimizer.js';

const settings = z.strictObject({
  name: z.literal('adversarial'),
  predict: z
    .enum(['every', 'last'])
    .default('every')
    .describe(
      "Which predictions the squared error counts: that of every frame, or only that of a clip's last frame.",
    ),
  lambda: z
    .number()
    .min(0)
    .default(0.0002)
    .describe('Weight of the adversarial loss; the mean squared error has 1.'),
  discriminator: discriminatorConfig
    .extend({
      optimizer: optimizerConfig
        .default({ kind: 'sgd', momentum: 0.5 })
        .describe('How weights follow their gradient.'),
      learningRate: z
        .number()
        .positive()
        .default(0.01)
        .describe('Its learning rate; it follows the same schedule as `training.learningRate`.'),
    })
    .prefault({})
    .describe('The network that learns to tell real next frames from predicted ones.'),
});
export type AdversarialConfig = z.infer<typeof settings>;

/** Predict the next frame so that a discriminator takes it for a real one. */
export const adversarial: ClipMethod<typeof settings> = {
  name: 'adversarial',
  about:
    'Predict the next frame, by the squared error and against a discriminator that has seen the frames before.',
  source: 'Lotter, Kreiman & Cox 2015, arXiv 1511.06380; Goodfellow et al. 2014, arXiv 1406.2661',
  samples: 'clips',
  needs: ['next-frame'],
  settings,
  target: 'next',
  // It trades squared error for sharpness: chosen by it, the weights would be those before it worked.
  choosesBest: false,
  predicts: ({ predict }) => predict,
  learningRates: (own) => ({ discriminatorLearningRate: own.discriminator.learningRate }),
  build({ settings: own, model, seed, sizes, training }) {
    const judge = discriminator(own.discriminator, model.frame);
    return {
      variables: judge.parameters(seed),
      train: adversarialStep(model, judge, sizes, { ...training, ...own }),
    };
  },
};
