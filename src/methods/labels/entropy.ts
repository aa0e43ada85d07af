import { z } from 'zod';
import { answersMethod } from '../classification/answersMethod.js';
import { noise, weight } from '../settings/common.js';

/** The network should be sure of its answers. */
export const entropy = answersMethod({
  about: 'Make the network sure of its answers for unlabelled images: their entropy is a loss.',
  source: 'Grandvalet & Bengio 2004, "Semi-supervised learning by entropy minimization", NIPS',
  settings: z.strictObject({
    name: z.literal('entropy'),
    weight: weight.default(1).describe('Weight of this loss; the loss of the labels has 1.'),
    noise,
  }),
  objectives: (settings) => ({ entropy: settings.weight }),
});
