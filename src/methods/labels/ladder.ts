import { z } from 'zod';
import { required } from '../../common/required.js';
import type { FrameShape } from '../../models/index.js';
import { crossEntropy } from '../../objectives/answers/crossEntropy.js';
import tf, { type Scalar, type Tensor } from '../../tensorflow/backend/tf.js';
import { fewLabelsMethod } from '../classification/fewLabelsMethod.js';
import { ANSWERS, climb, denoisingCost } from '../ladder/climb.js';
import { type LadderRung, ladderDecoder } from '../ladder/ladderDecoder.js';
import { noise, weight } from '../settings/common.js';

/** The lowest rung: the image. */
const IMAGE = 'image';

const costs = z.strictObject({
  image: weight.default(1000).describe('Weight of the mean squared error of the image.'),
  first: weight.default(10).describe('The same of the first layer.'),
  others: weight.default(0.1).describe('The same of each layer above it, and of the answers.'),
});

/** A classifier that takes noise away at all its layers. */
export const ladder = fewLabelsMethod({
  about:
    'Take noise away at every layer: a decoder guesses what the layers of the classifier are without noise.',
  source: 'Rasmus, Berglund, Honkala, Valpola & Raiko 2015, arXiv 1507.02672',
  settings: z.strictObject({
    name: z.literal('ladder'),
    costs: costs.prefault({}).describe('Weights of the errors; the loss of the labels has 1.'),
    noise: noise
      .unwrap()
      .default(0.3)
      .describe(
        'Standard deviation of normal noise on the images and on every normalised layer while training.',
      ),
  }),
  needs: ['noisy-layers'],
  conflict: (_, { model }) =>
    model.normalization === 'bias'
      ? {
          path: ['model', 'normalization'],
          message:
            'a ladder needs layers that are normalised: set it to batch, or method.name to gamma-model',
        }
      : undefined,
  weights: ({ costs }) => ({ ofImage: costs.image, ofFirst: costs.first, ofOthers: costs.others }),
  own(_, { network, image, classes, seed }) {
    const { rungs = {} } = required(network, 'encoder');
    const above = Object.entries(rungs).map(([name, shape]) => ({ name, shape }));
    const all = withImage(image, [...above, { name: ANSWERS, shape: [classes] }]);
    return { trained: ladderDecoder(all).parameters(seed) };
  },
  losses(look, settings) {
    const { samples, clean, labels, own } = look;
    const [labelled, unlabelled] = [required(samples, 'labelled'), required(samples, 'unlabelled')];
    const known = climb(look, labelled, settings.noise);
    const noisy = climb(look, unlabelled, settings.noise);
    const still = required(clean, 'unlabelled');
    const wanted = climb(look, still, 0, { follows: true, keepAll: true });
    const above = Object.entries(wanted.rungs).map(([name, { value }]) => ({
      name,
      shape: value.shape.slice(1),
    }));
    const [, , height, width, channels] = still.shape;
    const rungs = withImage({ height, width, channels }, above);
    const shaped = (x: Tensor) => tf.reshape(x, [-1, ...rungs[0]!.shape]);
    const seen = Object.entries(noisy.rungs).map(([name, { value }]) => [name, value] as const);
    const values = { ...Object.fromEntries(seen), [IMAGE]: shaped(unlabelled) };
    const guesses = ladderDecoder(rungs).decode(own, values, tf.softmax(noisy.logits));
    const [first, ...others] = above.map(({ name }) =>
      denoisingCost(required(wanted.rungs, name), required(guesses, name)),
    );
    return {
      crossEntropy: crossEntropy(known.logits, labels),
      ofImage: tf.mean(tf.square(tf.sub(shaped(still), required(guesses, IMAGE)))),
      ofFirst: first!,
      ofOthers: tf.addN(others) as Scalar,
    };
  },
});

/** All rungs, from the image up. An image under a vector is a vector too: each pixel is a value of its own. */
function withImage({ height, width, channels }: FrameShape, above: readonly LadderRung[]): LadderRung[] {
  const maps = above[0]!.shape.length === 3;
  return [{ name: IMAGE, shape: maps ? [height, width, channels] : [height * width * channels] }, ...above];
}
