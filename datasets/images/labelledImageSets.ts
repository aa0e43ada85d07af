import { UsageError } from '../../src/common/errors.js';
import type { FetchOptions } from '../../src/common/files/npmPackage.js';
import { nearest } from '../../src/common/text/nearest.js';
import { type NameOfSet, sampleSets } from '../sampleSets.js';
import { loadCifar10 } from './cifar10.js';
import { loadCifar100 } from './cifar100.js';
import { loadFashionMnist } from './fashionMnist.js';
import { labelBudget } from './labelBudgets.js';
import { type ImageSets, type LabelledImages, withValidation } from './labelledImages.js';
import { loadMnist } from './mnist.js';
import { loadSvhn } from './svhn.js';

/** Images to classify: everything to train on, of which few have a label, and the fixed parts to choose by and to test on. */
export interface LabelledImageSets {
  /** Which data, in one line. */
  readonly description: string;
  readonly classes: readonly string[];
  readonly train: LabelledImages;
  /** Places in `train` of the images whose labels may be used. */
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

/** A line for each of `sampleSets` that is of images. */
const LOADERS: Readonly<Record<NameOfSet<'images'>, (options: FetchOptions) => Promise<ImageSets>>> = {
  mnist: loadMnist,
  'fashion-mnist': loadFashionMnist,
  cifar10: loadCifar10,
  cifar100: loadCifar100,
  svhn: loadSvhn,
};

/** The images of a classification pipeline, fetched once. @throws UsageError for an unknown dataset or a budget it has not */
export async function loadLabelledImageSets(
  choice: LabelChoice,
  options: FetchOptions = {},
): Promise<LabelledImageSets> {
  const { dataset } = choice;
  if (!isOfImages(dataset)) throw unknownDataset(dataset);
  const { classes } = sampleSets[dataset];
  const { train: published, test } = await LOADERS[dataset](options);
  const { train, validation } = withValidation(published);
  const labelled = chooseLabels(train, classes.length, choice);
  const share = choice.labels === 'all' ? 'all labels' : `${choice.labels} labels (draw ${choice.draw})`;
  const description = `${dataset}, ${share} of ${train.count} images`;
  return { description, classes, train, labelled, validation, test };
}

function isOfImages(name: string): name is NameOfSet<'images'> {
  return Object.hasOwn(LOADERS, name);
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
    `data.dataset: there are no labelled images called ${name}${guess ? `: did you mean ${guess}?` : `; there are: ${known.join(', ')}`}`,
  );
}
