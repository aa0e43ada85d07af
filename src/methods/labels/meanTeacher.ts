import { z } from 'zod';
import { answersMethod } from '../classification/answersMethod.js';
import { noise, weight } from '../settings/common.js';

/** The network should answer as its own moving average does. */
export const meanTeacher = answersMethod({
  about: 'Give the answers of a moving average of the network, which sees the same images with other noise.',
  source: 'Tarvainen & Valpola 2017, arXiv 1703.01780',
  settings: z.strictObject({
    name: z.literal('mean-teacher'),
    weight: weight.default(10).describe('Weight of this loss; the loss of the labels has 1.'),
    noise: noise
      .unwrap()
      .default(0.15)
      .describe(
        'Standard deviation of normal noise on the images while training; the teacher sees other noise.',
      ),
  }),
  objectives: (settings) => ({ consistency: settings.weight }),
});
