import { z } from 'zod';
import { required } from '../../common/required.js';
import type { FrameShape } from '../../models/index.js';
import { convolutionalDecoder } from '../../models/parts/convolutionalDecoder.js';
import { crossEntropy } from '../../objectives/answers/crossEntropy.js';
import tf, { type Scalar, type Tensor, type Tensor5D } from '../../tensorflow/backend/tf.js';
import { fewLabelsMethod } from '../classification/fewLabelsMethod.js';
import type { Look } from '../classification/look.js';
import { noise, weight } from '../settings/common.js';

const count = z.int().positive();
const generatorConfig = z.strictObject({
  inputs: count.default(100).describe('Random numbers that an image is drawn from.'),
  filters: z
    .array(count)
    .min(1)
    .default([32, 64])
    .describe('Filters of its convolutions, outermost first; each doubles the image.'),
  kernel: count.default(5).describe('Side of every convolution kernel, in pixels.'),
});
type GeneratorConfig = z.infer<typeof generatorConfig>;

const generator = ({ inputs, ...shape }: GeneratorConfig, image: FrameShape) =>
  convolutionalDecoder('generator', inputs, shape, image);

/** A classifier that tells real images from made ones, and a generator that matches its features. */
export const featureMatching = fewLabelsMethod({
  about:
    'Tell real images from generated ones by the logits themselves; a generator matches the mean features.',
  source: 'Salimans, Goodfellow, Zaremba, Cheung, Radford & Chen 2016, arXiv 1606.03498',
  settings: z.strictObject({
    name: z.literal('feature-matching-gan'),
    weight: weight.default(1).describe('Weight of this loss; the loss of the labels has 1.'),
    generator: generatorConfig
      .prefault({})
      .describe('The network that generates images; it learns at the rate of `training.learningRate`.'),
    noise: noise
      .unwrap()
      .default(0.1)
      .describe('Standard deviation of normal noise on the images while training, on generated ones too.'),
  }),
  needs: ['encoder'],
  conflict(_, { data, offers }) {
    if (data.clips)
      return {
        path: ['data', 'clips'],
        message:
          'this method generates single images: use a dataset of images such as mnist, without data.clips',
      };
    // Its classes follow from what it remembers of a clip, and not from features of an image.
    return offers.includes('classes') && offers.includes('memory')
      ? {
          path: ['model', 'name'],
          message: 'this method compares features of single images: use a network such as cnn or nrm',
        }
      : undefined;
  },
  weights: (settings) => ({ discrimination: settings.weight }),
  own: (settings, { image, seed }) => ({ opponent: generator(settings.generator, image).parameters(seed) }),
  prepare: (look, settings) => ({ generated: generate(look, settings.generator) }),
  losses({ samples, labels, read }, _, { generated }) {
    const [labelled, unlabelled] = [required(samples, 'labelled'), required(samples, 'unlabelled')];
    const seen = read(tf.concat([labelled, unlabelled], 0), { follows: true });
    const sizes = [labelled.shape[0], unlabelled.shape[0]];
    const [known, real] = tf.split(seen, sizes, 0) as [tf.Tensor2D, tf.Tensor2D];
    const made = read(generated as Tensor5D);
    return { crossEntropy: crossEntropy(known, labels), discrimination: discrimination(real, made) };
  },
  opposes(look, settings) {
    const real = required(look.samples, 'unlabelled');
    // Read together: normalised apart, both would have the same means however different they are.
    const both = look.features(tf.concat([real, generate(look, settings.generator)], 0));
    const [ofReal, ofMade] = tf.split(both, 2, 0) as [tf.Tensor2D, tf.Tensor2D];
    return tf.mean(tf.square(tf.sub(tf.mean(ofReal, 0), tf.mean(ofMade, 0))));
  },
});

/** As many images as the step sees without a label, with noise like theirs. */
function generate({ own, samples, randomNormal, noisy }: Look, config: GeneratorConfig): Tensor5D {
  const [n, , height, width, channels] = required(samples, 'unlabelled').shape;
  const drawn = generator(config, { height, width, channels }).decode(own, randomNormal([n, config.inputs]));
  return noisy(tf.reshape(tf.sigmoid(drawn), [n, 1, height, width, channels]) as Tensor5D);
}

/**
 * −½ E[log D(real)] − ½ E[log(1 − D(made))] with D = Z / (Z + 1) and Z = Σ exp logits: K logits say both which class, and
 * whether it is any.
 */
function discrimination(real: tf.Tensor2D, made: tf.Tensor2D): Scalar {
  const evidence = (logits: tf.Tensor2D): Tensor => tf.logSumExp(logits, 1);
  const missed = tf.mean(tf.softplus(tf.neg(evidence(real))));
  const fooled = tf.mean(tf.softplus(evidence(made)));
  return tf.mul(tf.add(missed, fooled), 0.5);
}
