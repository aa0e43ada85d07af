import { z } from 'zod';
import { required } from '../../common/required.js';
import { crossEntropy } from '../../objectives/answers/crossEntropy.js';
import tf from '../../tensorflow/backend/tf.js';
import { fewLabelsMethod } from '../classification/fewLabelsMethod.js';
import { ANSWERS, climb, denoisingCost } from '../ladder/climb.js';
import { ladderDecoder } from '../ladder/ladderDecoder.js';
import { noise, weight } from '../settings/common.js';

const decoderOf = (classes: number) => ladderDecoder([{ name: ANSWERS, shape: [classes] }]);

/** A ladder with its highest rung alone. */
export const gammaModel = fewLabelsMethod({
  about: 'Take noise away at the answers only: the Γ-model, a ladder network of which any encoder is part.',
  source: 'Rasmus, Berglund, Honkala, Valpola & Raiko 2015, arXiv 1507.02672 (Γ-model)',
  settings: z.strictObject({
    name: z.literal('gamma-model'),
    weight: weight.default(1).describe('Weight of this loss; the loss of the labels has 1.'),
    noise: noise
      .unwrap()
      .default(0.3)
      .describe(
        'Standard deviation of normal noise on the images, on the answers, and on normalised layers that take it, while training.',
      ),
  }),
  weights: (settings) => ({ denoising: settings.weight }),
  own: (_, { classes, seed }) => ({ trained: decoderOf(classes).parameters(seed) }),
  losses(look, settings) {
    const { samples, clean, labels, own, classes } = look;
    const known = climb(look, required(samples, 'labelled'), settings.noise);
    const { logits, rungs } = climb(look, required(samples, 'unlabelled'), settings.noise);
    const wanted = climb(look, required(clean, 'unlabelled'), 0, { follows: true, keepAll: true });
    const noisy = { [ANSWERS]: required(rungs, ANSWERS).value };
    const guess = required(decoderOf(classes).decode(own, noisy, tf.softmax(logits)), ANSWERS);
    return {
      crossEntropy: crossEntropy(known.logits, labels),
      denoising: denoisingCost(required(wanted.rungs, ANSWERS), guess),
    };
  },
});
