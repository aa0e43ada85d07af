import { z } from 'zod';
import { required } from '../../common/required.js';
import { crossEntropy } from '../../objectives/answers/crossEntropy.js';
import tf, { type Tensor } from '../../tensorflow/backend/tf.js';
import { fewLabelsMethod } from '../classification/fewLabelsMethod.js';
import { bankAfter, bankRows, bankVariables } from '../parts/bank.js';
import { noise, weight } from '../settings/common.js';

/** The bank of each sample's mean answer. */
const ENSEMBLE = 'ensemble';

/** The network should answer as it did in the epochs before. */
export const temporalEnsembling = fewLabelsMethod({
  about: 'Answer as in the epochs before: the target of an image is the mean of all answers to it so far.',
  source: 'Laine & Aila 2017, arXiv 1610.02242 (temporal ensembling)',
  settings: z.strictObject({
    name: z.literal('temporal-ensembling'),
    weight: weight
      .default(30)
      .describe(
        'Weight of this loss beside the mean cross-entropy of labelled images. The paper divides that by all images of a batch; its weight of 30 · labels / images is 30 here.',
      ),
    momentum: z
      .number()
      .min(0)
      .lt(1)
      .default(0.6)
      .describe('α: share of itself that the mean keeps when an image is seen again.'),
    noise: noise
      .unwrap()
      .default(0.15)
      .describe('Standard deviation of normal noise on the images while training.'),
  }),
  weights: (settings) => ({ agreement: settings.weight }),
  places: true,
  own: (_, { samples, classes }) => ({ kept: bankVariables(ENSEMBLE, samples, classes) }),
  prepare({ own, fed }, { momentum }) {
    const { rows, seen } = bankRows(own, ENSEMBLE, required(fed, 'places'));
    // A mean that starts at 0 has filled to 1 − αᵗ after t epochs. Before the first there is no target.
    const filled = tf.sub(1, tf.pow(momentum, seen));
    const known = tf.cast(tf.greater(seen, 0), 'float32');
    const target = tf.div(rows, tf.expandDims(tf.maximum(filled, 1 - momentum), 1));
    return { target, known: tf.expandDims(known, 1) };
  },
  losses({ samples, labels, read, note }, _, { target, known }) {
    const [labelled, unlabelled] = [required(samples, 'labelled'), required(samples, 'unlabelled')];
    const seen = read(tf.concat([labelled, unlabelled], 0), { follows: true });
    const sizes = [labelled.shape[0], unlabelled.shape[0]];
    const [ofLabelled, others] = tf.split(seen, sizes, 0) as [tf.Tensor2D, tf.Tensor2D];
    const answers = note('answers', tf.softmax(others));
    const apart = tf.mul(tf.square(tf.sub(answers, target as Tensor)), known as Tensor);
    return { crossEntropy: crossEntropy(ofLabelled, labels), agreement: tf.mean(apart) };
  },
  remember: ({ own, fed }, { momentum }, { answers }) =>
    bankAfter(own, ENSEMBLE, required(fed, 'places'), answers as tf.Tensor2D, momentum),
});
