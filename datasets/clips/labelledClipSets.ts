import { UsageError } from '../../src/common/errors.js';
import type { FetchOptions } from '../../src/common/files/npmPackage.js';
import { requireMemory } from '../../src/common/memory/requireMemory.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import type { Split } from '../../src/stream/frameSource.js';
import { checkClipMemory } from '../building/clipMemory.js';
import type { Clips, Dataset } from '../dataset.js';
import { labelBudget } from '../images/labelBudgets.js';
import type { LabelChoice, LabelledImageSets } from '../images/labelledImageSets.js';
import type { LabelledImages } from '../images/labelledImages.js';
import { tenFacesDataset } from '../rotatingFaces/index.js';
import { type NameOfSet, sampleSets } from '../sampleSets.js';
import { occludedDigitsDataset } from './occludedDigits.js';

/** Clips to classify, and how many of them there are. */
export interface ClipChoice extends LabelChoice {
  readonly clips: Readonly<Record<Split, number>> & {
    /** Frames of each. */
    readonly frames: number;
    /** In their true order, or each clip in its own random order: a control with every frame and no motion. */
    readonly order: 'true' | 'shuffled';
  };
}

/** Clips of one size with a class each: `images` is `[count, frames, side, side, channels]`. */
export type LabelledClips = LabelledImages & { readonly frames: number };

/** As `LabelledImageSets`, of clips. */
export interface LabelledClipSets extends LabelledImageSets {
  readonly train: LabelledClips;
  readonly validation: LabelledClips;
  readonly test: LabelledClips;
}

/** A line for each of `sampleSets` that is of clips: they have one label, called `label`. */
const DATASETS: Readonly<Record<NameOfSet<'clips'>, Dataset>> = {
  'occluded-digits': occludedDigitsDataset,
  'ten-faces': tenFacesDataset,
};
/** Of the shuffled order of frames. */
const SEED = 1504;

/**
 * The clips of a classification pipeline, made once. Which of those to train on have a label follows `labelBudget`'s rule.
 * @throws UsageError for a budget that the clips do not allow
 */
export async function loadLabelledClipSets(
  choice: ClipChoice,
  options: FetchOptions = {},
): Promise<LabelledClipSets> {
  const { dataset: name } = choice;
  if (!isOfClips(name)) throw new UsageError(`data.dataset: there are no labelled clips called ${name}`);
  const { classes } = sampleSets[name];
  const dataset = DATASETS[name];
  checkSetMemory(dataset, choice.clips);
  const clips = await dataset.open(options);
  const make = (split: Split) => labelledClips(dataset, clips, split, choice.clips);
  const train = make('train');
  const labelled = chooseLabels(train, classes.length, choice);
  const share = choice.labels === 'all' ? 'all labels' : `${choice.labels} labels (draw ${choice.draw})`;
  const order = choice.clips.order === 'shuffled' ? ', shuffled' : '';
  return {
    description: `${choice.dataset}, ${share} of ${train.count} clips of ${choice.clips.frames} frames${order}`,
    classes,
    train,
    labelled,
    validation: make('validation'),
    test: make('test'),
  };
}

/** @throws ForeframeError when they do not fit into memory, all of them or the largest set in one array */
function checkSetMemory({ card }: Dataset, { train, validation, test, frames }: ClipChoice['clips']): void {
  checkClipMemory(card, { train: 0, validation: 0, test: 0, frames });
  const clip = frames * card.width * card.height * card.channels;
  requireMemory({
    what: `${card.name}: ${train + validation + test} clips of ${frames} frames`,
    parts: Object.entries({ train, validation, test }).map(([name, count]) => ({
      name,
      bytes: count * clip,
      array: true,
    })),
    advice: (free) =>
      `lower data.clips.train to ${Math.floor(Math.min(0.9 * free - (validation + test) * clip, 4e9) / clip)}, or data.clips.frames`,
  });
}

function labelledClips(
  { card }: Dataset,
  clips: Clips,
  split: Split,
  { frames, order, [split]: count }: ClipChoice['clips'],
): LabelledClips {
  const { width: side, channels } = card;
  const bytes = side * side * channels;
  const images = new Uint8Array(count * frames * bytes);
  const labels = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const clip = clips(split, index, frames);
    labels[index] = required(clip.labels ?? {}, 'label');
    const places = order === 'shuffled' ? shuffledOrder(frames, `${split} ${index}`) : undefined;
    clip.frames.forEach(({ data }, t) => {
      images.set(data, (index * frames + (places?.[t] ?? t)) * bytes);
    });
  }
  return { count, frames, side, channels, images, labels };
}

function shuffledOrder(count: number, clip: string): number[] {
  const random = Random.for(SEED, `order ${clip}`);
  const places = Array.from({ length: count }, (_, place) => place);
  for (let last = count - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [places[last], places[other]] = [places[other]!, places[last]!];
  }
  return places;
}

function isOfClips(name: string): name is NameOfSet<'clips'> {
  return Object.hasOwn(DATASETS, name);
}

function chooseLabels(
  { labels: all, count }: LabelledClips,
  classes: number,
  choice: ClipChoice,
): readonly number[] {
  const { dataset, labels, draw } = choice;
  if (labels === 'all') return Array.from({ length: count }, (_, place) => place);
  try {
    return labelBudget(all, { dataset, labels, draw, classes });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`data.labels: ${error.message.replace('images', 'clips')}`);
  }
}
