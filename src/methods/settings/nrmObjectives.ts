import { z } from 'zod';

const weight = z.number().min(0);

/** Weights of the losses of a neural rendering model; 0 leaves one out, and what only it needs is not computed. */
export const nrmObjectivesConfig = z.strictObject({
  crossEntropy: weight.default(1).describe('Cross-entropy on the labelled samples.'),
  reconstruction: weight.default(0).describe('½ (image − rendered image)².'),
  kl: weight
    .default(0)
    .describe(
      'KL of the class posterior against equal class shares: keeps answers from becoming too sure (the formula of 2016).',
    ),
  entropy: weight
    .default(0)
    .describe(
      'Entropy of the class posterior: makes the network sure of its answers (the public code calls it KL).',
    ),
  nonNegativity: weight.default(0).describe('Rendered values should not be negative (arXiv 1612.01936).'),
  momentMatching: weight
    .default(0)
    .describe('Rendered maps should have the mean and variance of the inferred ones, by layer and channel.'),
  pathNormalization: weight
    .default(0)
    .describe('Switches should be likely: −log of their probability, given the class.'),
  consistency: weight.default(0).describe('Squared difference from the posteriors of the teacher.'),
  pseudoLabel: weight
    .default(0)
    .describe('Cross-entropy on answers for unlabelled images that the network is sure of.'),
  classBalance: weight
    .default(0)
    .describe('KL of the mean posterior of unlabelled images against equal class shares.'),
  virtualAdversarial: weight
    .default(0)
    .describe(
      'Images only: KL to the answer for a nearby image, in the direction where it changes most (arXiv 1704.03976).',
    ),
  prediction: weight.default(0).describe('Clips only: ½ (next frame − predicted next frame)².'),
});
export type NrmObjectivesConfig = z.infer<typeof nrmObjectivesConfig>;

/** Default distance at which `virtualAdversarial` looks, as a share of an image's Euclidean length. */
export const NEARBY = 0.2;

/** Losses that look at what is rendered. */
const OF_RENDERINGS = [
  'reconstruction',
  'nonNegativity',
  'momentMatching',
  'pathNormalization',
] as const satisfies readonly (keyof NrmObjectivesConfig)[];

/** Whether images are rendered while training. */
export function rendersImages(objectives: NrmObjectivesConfig): boolean {
  return OF_RENDERINGS.some((name) => objectives[name] > 0);
}

/** Losses that need no label and look at answers alone: any classifier can be trained on them. */
export const ANSWER_TERMS = [
  'kl',
  'entropy',
  'consistency',
  'pseudoLabel',
  'classBalance',
] as const satisfies readonly (keyof NrmObjectivesConfig)[];
export type AnswerTerm = (typeof ANSWER_TERMS)[number];

/** Losses that need no label, of images and of frames. */
const UNSUPERVISED_OF_BOTH = [
  ...OF_RENDERINGS,
  ...ANSWER_TERMS,
] as const satisfies readonly (keyof NrmObjectivesConfig)[];

/** Losses of images that need no label; all are scaled by the ramp. */
export const UNSUPERVISED = [...UNSUPERVISED_OF_BOTH, 'virtualAdversarial'] as const;
export type UnsupervisedTerm = (typeof UNSUPERVISED)[number];

/** The same of clips, where there is a next frame too. */
export const UNSUPERVISED_OF_CLIPS = [...UNSUPERVISED_OF_BOTH, 'prediction'] as const;
export type UnsupervisedClipTerm = (typeof UNSUPERVISED_OF_CLIPS)[number];

/** Weights that the authors' public code trains with; what it calls KL is the entropy. */
export const publishedNrmObjectives = {
  /** MNIST, 1,000 labels. */
  mnist: { crossEntropy: 1, reconstruction: 1, entropy: 0.2, momentMatching: 1, pathNormalization: 1 },
  /** CIFAR-10. */
  cifar10: { crossEntropy: 1, reconstruction: 0.5, entropy: 0.5, momentMatching: 0.5, pathNormalization: 1 },
  /** CIFAR-10 with a Mean Teacher. */
  cifar10MeanTeacher: {
    crossEntropy: 1,
    reconstruction: 0.5,
    entropy: 0.5,
    momentMatching: 0.5,
    pathNormalization: 1,
    consistency: 33,
  },
} satisfies Record<string, z.input<typeof nrmObjectivesConfig>>;
