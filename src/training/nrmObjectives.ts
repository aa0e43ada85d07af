import { z } from 'zod';

const weight = z.number().min(0);

/** Weights of the losses of a neural rendering model; 0 leaves one out, and what only it needs is not computed. */
export const nrmObjectivesConfig = z.strictObject({
  crossEntropy: weight.default(1),
  /** ½ (picture − rendered picture)². */
  reconstruction: weight.default(0),
  /** KL of the class posterior against equal class shares: holds answers back from being sure (the formula of 2016). */
  kl: weight.default(0),
  /** Entropy of the class posterior: makes answers sure (what the public code does under the name KL). */
  entropy: weight.default(0),
  nonNegativity: weight.default(0),
  momentMatching: weight.default(0),
  pathNormalization: weight.default(0),
  /** Squared difference from the posteriors of the teacher. */
  consistency: weight.default(0),
  /** Cross-entropy on own answers that are sure, of unlabelled pictures. */
  pseudoLabel: weight.default(0),
  /** KL of the mean posterior of unlabelled pictures against equal class shares. */
  classBalance: weight.default(0),
  /** Pictures: KL from what is answered nearby, where the answer changes fastest (arXiv 1704.03976). */
  virtualAdversarial: weight.default(0),
  /** Clips: ½ (next frame − expected next frame)². */
  prediction: weight.default(0),
});
export type NrmObjectivesConfig = z.infer<typeof nrmObjectivesConfig>;

/** How far `virtualAdversarial` looks where nothing else is said, as a share of a picture's own length. */
export const NEARBY = 0.2;

/** Losses that look at what is rendered. */
const OF_RENDERINGS = [
  'reconstruction',
  'nonNegativity',
  'momentMatching',
  'pathNormalization',
] as const satisfies readonly (keyof NrmObjectivesConfig)[];

/** Whether pictures are rendered while training. */
export function rendersPictures(objectives: NrmObjectivesConfig): boolean {
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

/** Losses that need no label, of pictures and of frames. */
const UNSUPERVISED_OF_BOTH = [
  ...OF_RENDERINGS,
  ...ANSWER_TERMS,
] as const satisfies readonly (keyof NrmObjectivesConfig)[];

/** Losses of pictures that need no label; all are scaled by the ramp. */
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
