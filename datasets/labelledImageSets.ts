import { UsageError } from '../src/common/errors.js';
import { nearest } from '../src/common/nearest.js';
import type { FetchOptions } from '../src/common/npmPackage.js';
import { CIFAR10_CLASSES, loadCifar10 } from './cifar10.js';
import { FASHION_CLASSES, loadFashionMnist } from './fashionMnist.js';
import { labelBudget } from './labelBudgets.js';
import { type ImageSets, type LabelledImages, withValidation } from './labelledImages.js';
import { loadMnist } from './mnist.js';

/** Pictures to classify: everything to train on, of which few have a label, and the fixed parts to choose by and to test on. */
export interface LabelledImageSets {
  /** Which data, in one line. */
  readonly description: string;
  readonly classes: readonly string[];
  readonly train: LabelledImages;
  /** Places in `train` of the pictures whose labels may be used. */
  readonly labelled: readonly number[];
  readonly validation: LabelledImages;
  readonly test: LabelledImages;
}

export interface LabelChoice {
  readonly dataset: string;
  /** How many labels, or all there are. */
  readonly labels: number | 'all';
  readonly draw: number;
}

interface Loader {
  readonly classes: readonly string[];
  load(options: FetchOptions): Promise<ImageSets>;
}

const LOADERS: Readonly<Record<string, Loader>> = {
  mnist: { classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], load: loadMnist },
  'fashion-mnist': { classes: FASHION_CLASSES, load: loadFashionMnist },
  cifar10: { classes: CIFAR10_CLASSES, load: loadCifar10 },
};

/** The pictures of a classification pipeline, fetched once. @throws UsageError for an unknown dataset or a budget it has not */
export async function loadLabelledImageSets(
  choice: LabelChoice,
  options: FetchOptions = {},
): Promise<LabelledImageSets> {
  const loader = LOADERS[choice.dataset];
  if (!loader) throw unknownDataset(choice.dataset);
  const { train: published, test } = await loader.load(options);
  const { train, validation } = withValidation(published);
  const labelled = chooseLabels(train, loader.classes.length, choice);
  const share = choice.labels === 'all' ? 'all labels' : `${choice.labels} labels (draw ${choice.draw})`;
  const description = `${choice.dataset}, ${share} of ${train.count} pictures`;
  return { description, classes: loader.classes, train, labelled, validation, test };
}

function chooseLabels(
  train: LabelledImages,
  classes: number,
  { dataset, labels, draw }: LabelChoice,
): readonly number[] {
  if (labels === 'all') return Array.from({ length: train.count }, (_, place) => place);
  try {
    return labelBudget(train.labels, { dataset, labels, draw, classes });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`data.labels: ${error.message}`);
    throw error;
  }
}

function unknownDataset(name: string): UsageError {
  const known = Object.keys(LOADERS);
  const guess = nearest(name, known);
  return new UsageError(
    `data.dataset: there are no labelled pictures called ${name}${guess ? `: did you mean ${guess}?` : `; there are: ${known.join(', ')}`}`,
  );
}
