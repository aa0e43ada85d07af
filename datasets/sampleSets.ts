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

/** CIFAR-100's hundred classes, by fine label: their names in the order of the alphabet. */
export const CIFAR100_CLASSES = (
  'apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle caterpillar cattle ' +
  'chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house ' +
  'kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid ' +
  'otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark ' +
  'shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor ' +
  'train trout tulip turtle wardrobe whale willow_tree wolf woman worm'
).split(' ');

/** Every set of labelled samples that a pipeline can name: pipelines are checked against this, before anything is fetched. */
export const sampleSets = {
  mnist: { samples: 'images', classes: DIGITS },
  'fashion-mnist': { samples: 'images', classes: FASHION_CLASSES },
  cifar10: { samples: 'images', classes: CIFAR10_CLASSES },
  cifar100: { samples: 'images', classes: CIFAR100_CLASSES },
  svhn: { samples: 'images', classes: DIGITS },
  'occluded-digits': { samples: 'clips', classes: DIGITS },
  'ten-faces': { samples: 'clips', classes: DIGITS },
} as const satisfies Readonly<Record<string, SampleSet>>;
export type SampleSetName = keyof typeof sampleSets;

/** The names of those that hold images, or clips. */
export type NameOfSet<Samples extends SampleSet['samples']> = {
  [Name in SampleSetName]: (typeof sampleSets)[Name]['samples'] extends Samples ? Name : never;
}[SampleSetName];
