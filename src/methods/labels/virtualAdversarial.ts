import { z } from 'zod';
import { required } from '../../common/required.js';
import { crossEntropy } from '../../objectives/answers/crossEntropy.js';
import { posteriorEntropy } from '../../objectives/answers/posteriorEntropy.js';
import { adversarialStep, answerDivergence } from '../../objectives/answers/virtualAdversarial.js';
import tf, { type Tensor5D } from '../../tensorflow/backend/tf.js';
import { fewLabelsMethod } from '../classification/fewLabelsMethod.js';
import { noise, weight } from '../settings/common.js';
import { NEARBY } from '../settings/nrmObjectives.js';

/** The network should answer alike near each image, in the direction where its answer changes most. */
export const virtualAdversarial = fewLabelsMethod({
  about: 'Answer alike near each image: a small step away, in the direction where the answer changes most.',
  source:
    'Miyato, Maeda, Koyama & Ishii 2018, arXiv 1704.03976; with entropy minimisation (Grandvalet & Bengio 2004) where it has a weight',
  settings: z.strictObject({
    name: z.literal('vat'),
    weight: weight.default(1).describe('Weight of this loss; the loss of the labels has 1.'),
    radius: z
      .number()
      .positive()
      .default(NEARBY)
      .describe("Length of the step as a share of the image's own Euclidean length."),
    entropy: weight.default(0).describe("Weight of the answers' entropy: 1 makes it VAT + EntMin."),
    noise,
  }),
  weights: (settings) => ({
    divergence: settings.weight,
    ...(settings.entropy > 0 && { entropy: settings.entropy }),
  }),
  prepare({ samples, read, shared, randomNormal }, { radius }) {
    const here = required(samples, 'unlabelled');
    const answers = read(here, { draws: shared });
    const start = randomNormal(here.shape) as Tensor5D;
    const step = adversarialStep((x) => read(x, { draws: shared }), here, answers, start, radius);
    return { step };
  },
  losses({ samples, labels, read, shared }, settings, { step }) {
    const here = required(samples, 'unlabelled');
    // Both sides drop the same units, or they would differ where the step is 0. Statistics follow what is labelled alone.
    const answers = read(here, { draws: shared });
    const nearby = read(tf.add(here, step!), { draws: shared });
    return {
      crossEntropy: crossEntropy(read(required(samples, 'labelled'), { follows: true }), labels),
      divergence: answerDivergence(answers, nearby),
      ...(settings.entropy > 0 && { entropy: posteriorEntropy(answers) }),
    };
  },
});
