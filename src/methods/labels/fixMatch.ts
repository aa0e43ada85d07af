import { z } from 'zod';
import { required } from '../../common/required.js';
import { crossEntropy } from '../../objectives/answers/crossEntropy.js';
import { sureCrossEntropy } from '../../objectives/answers/pseudoLabel.js';
import tf from '../../tensorflow/backend/tf.js';
import { augmentationViews } from '../../views/index.js';
import { fewLabelsMethod } from '../classification/fewLabelsMethod.js';
import { fraction, noise, weight } from '../settings/common.js';

/** Sure answers for a weak view are the labels of a strong one. */
export const fixMatch = fewLabelsMethod({
  about: 'Answers that are sure for a weakly changed image are labels of the same image, strongly changed.',
  source: 'Sohn et al. 2020, arXiv 2001.07685',
  settings: z.strictObject({
    name: z.literal('fixmatch'),
    weight: weight.default(1).describe('Weight of this loss; the loss of the labels has 1.'),
    threshold: fraction.default(0.95).describe('Smallest probability at which an answer serves as a label.'),
    strong: augmentationViews
      .prefault({ translate: 4, flip: true, colour: {}, cutout: 12 })
      .describe('Changes of the strong view; the weak one has those of training.augmentation.'),
    noise,
  }),
  views: ({ strong }) => [{ name: 'strong', augmentation: strong }],
  weights: (settings) => ({ sureAnswers: settings.weight }),
  losses({ samples, labels, read }, { threshold }) {
    const [labelled, weak] = [required(samples, 'labelled'), required(samples, 'unlabelled')];
    const sizes = [labelled.shape[0], weak.shape[0], weak.shape[0]];
    const all = read(tf.concat([labelled, weak, required(samples, 'strong')], 0), { follows: true });
    const [known, sure, asked] = tf.split(all, sizes, 0) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    return {
      crossEntropy: crossEntropy(known, labels),
      sureAnswers: sureCrossEntropy(sure, asked, threshold),
    };
  },
});
