import { z } from 'zod';
import { answersMethod } from '../classification/answersMethod.js';
import { fraction, noise, weight } from '../settings/common.js';

/** Answers that the network is sure of serve as labels. */
export const pseudoLabel = answersMethod({
  about: "Use the network's own answers for unlabelled images as labels, where it is sure of them.",
  source: 'Lee 2013, "Pseudo-Label", ICML workshop on representation learning',
  settings: z.strictObject({
    name: z.literal('pseudo-label'),
    weight: weight.default(1).describe('Weight of this loss; the loss of the labels has 1.'),
    threshold: fraction.default(0.95).describe('Smallest probability at which an answer serves as a label.'),
    noise,
  }),
  objectives: (settings) => ({ pseudoLabel: settings.weight }),
  step: ({ threshold }) => ({ pseudoLabelThreshold: threshold }),
});
