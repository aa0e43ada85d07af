import { UsageError } from '../../src/common/errors.js';
import type { FetchOptions } from '../../src/common/files/npmPackage.js';
import type { Split } from '../../src/stream/frameSource.js';
import type { Clips, Dataset, DatasetCard } from '../dataset.js';
import { type ImageSets, imageAt, type LabelledImages, withValidation } from './labelledImages.js';

const FRAMES = 8;
const RATE = 25;

/** What differs between sets of images. */
export interface ImageCard
  extends Pick<DatasetCard, 'name' | 'title' | 'description' | 'source' | 'licence' | 'files'> {
  readonly side: number;
  readonly channels: 1 | 3;
  readonly splits: string;
  readonly clips: Readonly<Record<Split, number>>;
  readonly classes: readonly string[];
}

/** Labelled images as a dataset of clips: clip `index` shows image `index` of its split, still. */
export function imageDataset(
  { side, channels, classes, ...card }: ImageCard,
  load: (options?: FetchOptions) => Promise<ImageSets>,
): Dataset {
  return {
    card: {
      ...card,
      width: side,
      height: side,
      channels,
      framesPerClip: FRAMES,
      rate: RATE,
      latentVariables: {},
      labels: {
        label: classes.map((name, label) => (name === `${label}` ? name : `${label} ${name}`)).join(', '),
      },
    },
    open: async (options) => {
      const { train, test } = await load(options);
      return stillClips(card.name, { ...withValidation(train), test });
    },
  };
}

function stillClips(name: string, sets: Readonly<Record<Split, LabelledImages>>): Clips {
  return (split, index, count = FRAMES) => {
    const set = sets[split];
    if (index >= set.count)
      throw new UsageError(`${name} has ${set.count} images to ${split}: set data.clips.${split} to no more`);
    const data = imageAt(set, index);
    const { side, channels } = set;
    return {
      frames: Array.from({ length: count }, (_, t) => ({
        data,
        width: side,
        height: side,
        channels,
        time: t / RATE,
        index: t,
        source: `${name}/${split}/${index}`,
      })),
      latents: {},
      labels: { label: set.labels[index]! },
    };
  };
}
