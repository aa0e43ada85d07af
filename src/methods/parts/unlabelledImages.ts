import { changesSamples } from '../../views/index.js';
import type { Conflict, SamplePipeline, SampleTraining } from '../method.js';

/** What does not fit a method that learns from images without labels, and from nothing else. */
export function unlabelledImagesConflict({ data, training }: SamplePipeline): Conflict | undefined {
  if (data.clips)
    return {
      path: ['data', 'dataset'],
      message:
        'this method learns from single images: use a dataset of images such as cifar10, without data.clips',
    };
  const none = noUnlabelledImages(training);
  if (none) return none;
  if (changesSamples(training.augmentation))
    return {
      path: ['training', 'augmentation'],
      message: 'this method makes its own views of the images: leave it out',
    };
  for (const key of ['labelsFirst', 'ramp'] as const)
    if (training[key] > 0)
      return { path: ['training', key], message: 'this method learns from no labels: leave it out' };
  return undefined;
}

/** Of a method that learns from images without a label: that a step sees none. */
export function noUnlabelledImages({ unlabelled }: SampleTraining): Conflict | undefined {
  if (unlabelled > 0) return undefined;
  return {
    path: ['training', 'unlabelled'],
    message: 'this method learns from images without a label: it needs some in each step',
  };
}
