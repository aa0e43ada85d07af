import { UsageError } from '../src/common/errors.js';
import { nearest } from '../src/common/text/nearest.js';
import { bouncingBallsDataset } from './clips/bouncingBallsDataset.js';
import { movingDigitsDataset, movingFashionDataset } from './clips/movingDigitsDataset.js';
import { occludedDigitsDataset } from './clips/occludedDigits.js';
import type { Dataset } from './dataset.js';
import {
  cifar10Dataset,
  cifar100Dataset,
  fashionMnistDataset,
  mnistDataset,
  svhnDataset,
} from './images/imageDatasets.js';
import { rotatingFacesDataset, rotatingFacesStaticDataset, tenFacesDataset } from './rotatingFaces/index.js';

/** Every dataset that can be named in a pipeline. To add one, write its file and add it here. */
export const datasets: readonly Dataset[] = [
  bouncingBallsDataset,
  rotatingFacesDataset,
  rotatingFacesStaticDataset,
  tenFacesDataset,
  movingDigitsDataset,
  movingFashionDataset,
  occludedDigitsDataset,
  mnistDataset,
  fashionMnistDataset,
  cifar10Dataset,
  cifar100Dataset,
  svhnDataset,
];

/** @throws UsageError naming the nearest known dataset */
export function findDataset(name: string): Dataset {
  const found = datasets.find(({ card }) => card.name === name);
  if (found) return found;
  const names = datasets.map(({ card }) => card.name);
  const guess = nearest(name, names);
  throw new UsageError(
    `there is no dataset ${name}${guess ? `: did you mean ${guess}?` : ''}; known: ${names.join(', ')}`,
  );
}

export { type ClipRecord, readClipRecords } from './building/clipRecords.js';
export type { Clips, Dataset, DatasetCard, DatasetClip } from './dataset.js';
