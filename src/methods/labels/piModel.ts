import { z } from 'zod';
import { required } from '../../common/required.js';
import { crossEntropy } from '../../objectives/answers/crossEntropy.js';
import tf from '../../tensorflow/backend/tf.js';
import { fewLabelsMethod } from '../classification/fewLabelsMethod.js';
import { noise, weight } from '../settings/common.js';

/** The network should answer two views of an image alike. */
export const piModel = fewLabelsMethod({
  about: 'Answer two views of the same image alike: each has its own shift, noise and dropout.',
  source: 'Laine & Aila 2017, arXiv 1610.02242 (Π-model)',
  settings: z.strictObject({
    name: z.literal('pi-model'),
    weight: weight
      .default(100)
      .describe(
        'Weight of this loss beside the mean cross-entropy of labelled images. The paper divides that by all images of a batch; its weight of 100 · labels / images is 100 here.',
      ),
    noise: noise
      .unwrap()
      .default(0.15)
      .describe('Standard deviation of normal noise on the images while training; each view has its own.'),
  }),
  views: () => [{ name: 'again' }],
  sharesFlip: true,
  weights: (settings) => ({ agreement: settings.weight }),
  losses({ samples, labels, read }) {
    const [first, again] = [required(samples, 'unlabelled'), required(samples, 'again')];
    const labelled = required(samples, 'labelled');
    const seen = read(tf.concat([labelled, first], 0), { follows: true });
    const [known, other] = tf.split(seen, [labelled.shape[0], first.shape[0]], 0) as [
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    // Both branches get a gradient: there is no teacher.
    const apart = tf.sub(tf.softmax(other), tf.softmax(read(again)));
    return { crossEntropy: crossEntropy(known, labels), agreement: tf.mean(tf.square(apart)) };
  },
});
