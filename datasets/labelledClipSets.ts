import { UsageError } from '../src/common/errors.js';
import { requireMemory } from '../src/common/memory/requireMemory.js';
import type { FetchOptions } from '../src/common/npmPackage.js';
import { Random } from '../src/common/random.js';
import type { Split } from '../src/stream/frameSource.js';
import { checkClipMemory } from './clipMemory.js';
import type { Clips, Dataset } from './dataset.js';
import { labelBudget } from './labelBudgets.js';
import type { LabelChoice, LabelledImageSets } from './labelledImageSets.js';
import type { LabelledImages } from './labelledImages.js';
import { occludedDigitsDataset } from './occludedDigits.js';
import { tenFacesDataset } from './rotatingFaces/index.js';

/** Clips to classify, and how many of them there are. */
export interface ClipChoice extends LabelChoice {
  readonly clips: Readonly<Record<Split, number>> & {
    /** Frames of each. */
    readonly frames: number;
    /** As they follow on each other, or each clip's in an order of its own: a control that has every frame and no motion. */
    readonly order: 'true' | 'shuffled';
  };
}

/** Clips of one size with a class each: `images` is `[count, frames, side, side, channels]`. */
export type LabelledClips = LabelledImages & { readonly frames: number };

/** What `LabelledImageSets` is for pictures. */
export interface LabelledClipSets extends LabelledImageSets {
  readonly train: LabelledClips;
  readonly validation: LabelledClips;
  readonly test: LabelledClips;
}

/** Datasets whose clips have one label, called `label`, from 0 to 9: which digit, or which person. */
const DATASETS: readonly Dataset[] = [occludedDigitsDataset, tenFacesDataset];
const CLASSES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
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
  const dataset = DATASETS.find(({ card }) => card.name === choice.dataset);
  if (!dataset) throw new UsageError(`data.dataset: there are no labelled clips called ${choice.dataset}`);
  checkSetMemory(dataset, choice.clips);
  const clips = await dataset.open(options);
  const make = (split: Split) => labelledClips(dataset, clips, split, choice.clips);
  const train = make('train');
  const labelled = chooseLabels(train, choice);
  const share = choice.labels === 'all' ? 'all labels' : `${choice.labels} labels (draw ${choice.draw})`;
  const order = choice.clips.order === 'shuffled' ? ', shuffled' : '';
  return {
    description: `${choice.dataset}, ${share} of ${train.count} clips of ${choice.clips.frames} frames${order}`,
    classes: CLASSES,
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
    labels[index] = clip.labels!.label!;
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

function chooseLabels({ labels: all, count }: LabelledClips, choice: ClipChoice): readonly number[] {
  const { dataset, labels, draw } = choice;
  if (labels === 'all') return Array.from({ length: count }, (_, place) => place);
  try {
    return labelBudget(all, { dataset, labels, draw, classes: CLASSES.length });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`data.labels: ${error.message.replace('pictures', 'clips')}`);
  }
}
