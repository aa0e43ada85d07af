/** What a set of labelled samples holds. */
export interface SampleSet {
  /** Single images, or short clips. */
  readonly samples: 'images' | 'clips';
  /** Names of its classes, by label. */
  readonly classes: readonly string[];
}

/** Ten digits, or ten persons. */
export const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** Fashion-MNIST's ten classes, by label. */
export const FASHION_CLASSES = [
  'T-shirt',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
] as const;

/** CIFAR-10's ten classes, by label. */
export const CIFAR10_CLASSES = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const;

/** Every set of labelled samples that a pipeline can name: pipelines are checked against this, before anything is fetched. */
export const sampleSets = {
  mnist: { samples: 'images', classes: DIGITS },
  'fashion-mnist': { samples: 'images', classes: FASHION_CLASSES },
  cifar10: { samples: 'images', classes: CIFAR10_CLASSES },
  'occluded-digits': { samples: 'clips', classes: DIGITS },
  'ten-faces': { samples: 'clips', classes: DIGITS },
} as const satisfies Readonly<Record<string, SampleSet>>;
export type SampleSetName = keyof typeof sampleSets;

/** The names of those that hold images, or clips. */
export type NameOfSet<Samples extends SampleSet['samples']> = {
  [Name in SampleSetName]: (typeof sampleSets)[Name]['samples'] extends Samples ? Name : never;
}[SampleSetName];
