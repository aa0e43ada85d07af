import { z } from 'zod';
import { required } from '../../common/required.js';
import { stopGradient } from '../../nn/stopGradient.js';
import { sharpened } from '../../objectives/answers/sharpened.js';
import { softCrossEntropy } from '../../objectives/answers/softCrossEntropy.js';
import tf, { type Tensor, type Tensor5D } from '../../tensorflow/backend/tf.js';
import { drawMixes } from '../../views/index.js';
import { fewLabelsMethod, type StepSizes } from '../classification/fewLabelsMethod.js';
import { noise, weight } from '../settings/common.js';

/** Views of each unlabelled image, by name; the first is `unlabelled` itself. */
const viewNames = (views: number) => Array.from({ length: views - 1 }, (_, i) => `view${i + 2}`);
const samplesIn = ({ labelled, unlabelled }: StepSizes, views: number) => labelled + views * unlabelled;

/** Stretches of a step's samples, labelled ones first, each of which is mixed with itself. */
function mixedStretches(mixup: string, labelled: number, all: number): [from: number, to: number][] {
  const known: [number, number] = [0, labelled];
  const guessed: [number, number] = [labelled, all];
  if (mixup === 'all') return [[0, all]];
  if (mixup === 'none') return [];
  if (mixup === 'apart') return [known, guessed];
  return mixup === 'labelled' ? [known] : [guessed];
}

/** Guessed labels, sharpened, and everything mixed with everything. */
export const mixMatch = fewLabelsMethod({
  about:
    'Guess labels as the sharpened mean answer of several views, then learn from mixtures of labelled and guessed images.',
  source: 'Berthelot, Carlini, Goodfellow, Papernot, Oliver & Raffel 2019, arXiv 1905.02249',
  settings: z.strictObject({
    name: z.literal('mixmatch'),
    weight: weight.default(75).describe('Weight of the squared error of guessed labels.'),
    views: z.int().min(1).max(8).default(2).describe('K: views whose answers are averaged.'),
    temperature: z
      .number()
      .positive()
      .max(1)
      .default(0.5)
      .describe('T: the smaller, the nearer a guess comes to one class; 1 leaves it as it is.'),
    mixup: z
      .enum(['all', 'labelled', 'unlabelled', 'apart', 'none'])
      .default('all')
      .describe(
        'What is mixed: all with all; labelled or unlabelled images alone; each with its own kind; nothing.',
      ),
    alpha: z.number().positive().default(0.75).describe('Of Beta(α, α), from which shares are drawn.'),
    noise,
  }),
  views: ({ views }) => viewNames(views).map((name) => ({ name })),
  weights: (settings) => ({ guesses: settings.weight }),
  inputs: ({ views }, sizes) => ({
    partner: { shape: [samplesIn(sizes, views)], dtype: 'int32' },
    share: { shape: [samplesIn(sizes, views)], dtype: 'float32' },
  }),
  draw({ views, alpha, mixup }, sizes, random) {
    const { labelled } = sizes;
    const all = samplesIn(sizes, views);
    const mixes = {
      partner: Int32Array.from({ length: all }, (_, i) => i),
      share: new Float32Array(all).fill(1),
    };
    for (const [from, to] of mixedStretches(mixup, labelled, all)) {
      const { partner, weight: share } = drawMixes(to - from, alpha, random, { ownFirst: true });
      mixes.partner.set(
        partner.map((at) => at + from),
        from,
      );
      mixes.share.set(share, from);
    }
    return mixes;
  },
  ramp: (step, ramp) => (step >= ramp ? 1 : Math.max(0, step) / ramp),
  prepare({ samples, read, labels, classes }, { views, temperature }) {
    const seen = ['unlabelled', ...viewNames(views)].map((name) => required(samples, name));
    const answers = seen.map((view) => tf.softmax(read(view)));
    const guess = sharpened(tf.div(tf.addN(answers), views) as tf.Tensor2D, temperature);
    const known = tf.cast(tf.oneHot(labels as tf.Tensor1D, classes), 'float32');
    return {
      images: tf.concat([required(samples, 'labelled'), ...seen], 0),
      targets: stopGradient(tf.concat([known, ...seen.map(() => guess)] as tf.Tensor2D[], 0)),
    };
  },
  losses({ read, labels, fed }, _, { images, targets }) {
    const mix = <T extends Tensor>(own: T): T => {
      const share = tf.reshape(required(fed, 'share'), [-1, ...own.shape.slice(1).map(() => 1)]);
      const other = tf.gather(own, required(fed, 'partner') as tf.Tensor1D);
      return tf.add(tf.mul(own, share), tf.mul(other, tf.sub(1, share)));
    };
    const logits = read(mix(images as Tensor5D), { follows: true });
    const mixed = mix(targets as tf.Tensor2D);
    const count = labels.shape[0]!;
    const parts = [count, mixed.shape[0] - count];
    const [known, guessed] = tf.split(mixed, parts, 0) as [tf.Tensor2D, tf.Tensor2D];
    const [ofKnown, ofGuessed] = tf.split(logits, parts, 0) as [tf.Tensor2D, tf.Tensor2D];
    return {
      crossEntropy: softCrossEntropy(known, ofKnown),
      guesses: tf.mean(tf.square(tf.sub(tf.softmax(ofGuessed), guessed))),
    };
  },
});
