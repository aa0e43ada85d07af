import { labelBudget } from '../../../datasets/images/labelBudgets.js';
import { ForeframeError, InterruptedError, UsageError } from '../../common/errors.js';
import { requireMemory } from '../../common/memory/requireMemory.js';
import { Random } from '../../common/random.js';
import { required } from '../../common/required.js';
import { type DataConfig, dataConfig } from '../../config/config.js';
import { OWN_SHARES } from '../../config/ownSampleKeys.js';
import type { SampleConfig } from '../../config/sampleConfig.js';
import { shuffled } from '../../data/fileSplit.js';
import { classesOf, type OwnRow, type OwnRows } from '../../data/own/ownRow.js';
import { type OwnSource, ownSource } from '../../data/own/ownSource.js';
import { SPLIT_SEED, splitRows } from '../../data/own/splitRows.js';
import { testedRows } from '../../data/own/testedRows.js';
import { SPLITS } from '../../data/timeSplit.js';
import type { FrameShape } from '../../models/index.js';
import type { ClassifiedImages, SampleData, SampleGroups } from '../../samples/sampleData.js';
import type { Split } from '../../stream/frameSource.js';
import type { Watching } from '../watching.js';
import { ownRows } from './ownRows.js';
import { skipsTo } from './skipNote.js';

type OwnChoice = SampleConfig['data'];

/** Pixels of a side, where nothing is said. */
const SIZE = 32;
/** Of the shuffled order of frames. */
const SEED = 1504;
/** Stands for no class at all. */
const UNLABELLED = 255;

/**
 * Images, or short clips, of one's own as a method on images learns from them: in memory, of one size, each with its class.
 * @param needs whether the method learns from labels
 * @throws ForeframeError in one line for an image or label that does not do, or where they do not fit into memory; UsageError for a
 * budget of labels that they do not allow
 */
export async function ownSamples(
  choice: OwnChoice,
  needs: 'some' | 'none',
  { signal, onNote, onProgress }: Watching = {},
): Promise<SampleData> {
  const things = choice.clips ? 'clips' : 'images';
  const own = await ownRows(choice, choice.clips ? 'videos' : 'images', { onNote });
  const classes = choice.classes ?? classesOf(own.rows);
  if (needs === 'some') checkClasses(own, classes, things);
  const data = ownFrames(choice);
  const reading = { signal, onNote, onSkip: skipsTo(onNote), clip: data.steps, things };
  const source = await ownSource(own, data, reading);
  if (source.unserved !== undefined) throw new ForeframeError(source.unserved);
  checkMemory(own, source, data);
  const isShuffled = choice.clips?.order === 'shuffled';
  const read = readerOf(own, source, { data, isShuffled }, { signal, onProgress });
  const codes = new Map(classes.map((name, code) => [name, code]));
  const sets = {} as Record<Split, ClassifiedImages>;
  for (const split of SPLITS) sets[split] = await read(split, codes, needs === 'some' && split !== 'train');
  const labelled = needs === 'none' ? [] : chooseLabels(own, sets.train, classes, choice);
  const share =
    needs === 'none'
      ? 'without labels'
      : choice.labels === 'all'
        ? 'all labels'
        : `${choice.labels} labels (draw ${choice.draw})`;
  const order = isShuffled ? ', shuffled' : '';
  // A file may hold several samples.
  const cut = choice.clips
    ? `, cut into ${SPLITS.map((split) => sets[split].count).join(' + ')} of ${data.steps} frames`
    : '';
  const description = `${source.description}${cut}, ${share}${order}`;
  return { description, heldOut: source.heldOut, tested: source.tested, classes, labelled, ...sets };
}

/** Checksum of what is tested of one's own now, as `tested` of `SampleData`: no image is read. @throws as `ownRows` and `splitRows` */
export async function ownTested(choice: OwnChoice, { onNote }: Watching = {}): Promise<string> {
  const own = await ownRows(choice, choice.clips ? 'videos' : 'images', { onNote });
  const { split } = ownFrames(choice);
  return testedRows(own, splitRows(own, split, split.seed ?? SPLIT_SEED).splits);
}

/** The configuration with the classes that were found in the data: the saved run counts them in this order ever after. */
export function withOwnClasses(config: SampleConfig, { classes, heldOut }: SampleData): SampleConfig {
  const { data: asked, model } = config;
  if (asked.dataset !== undefined) return config;
  const split = { ...OWN_SHARES, heldOut, ...asked.split };
  const data = { ...asked, split };
  if (classes.length < 2) return { ...config, data };
  const fitted = 'classes' in model ? { ...model, classes: classes.length } : model;
  return { ...config, data: { ...data, classes: [...classes] }, model: fitted };
}

/** Size of the images that one's own are brought to. */
export function ownImageShape({ size = SIZE, color = 'rgb' }: OwnChoice): FrameShape {
  return { height: size, width: size, channels: color === 'rgb' ? 3 : 1 };
}

/** How they are read: as frames of videos are. */
function ownFrames(choice: OwnChoice): DataConfig {
  const { manifest, folder, size = SIZE, color = 'rgb', fit, split, clips } = choice;
  const steps = clips?.frames ?? 1;
  return dataConfig.parse({ manifest, folder, width: size, height: size, color, fit, split, steps });
}

function checkClasses({ origin, rows }: OwnRows, classes: readonly string[], things: string): void {
  const [only] = classes;
  const there = new Set(rows.map(({ label }) => label));
  if (only === undefined)
    throw new ForeframeError(
      `${origin}: the ${things} have no labels, which this method learns from: put them into a folder for each class, or write a column label`,
    );
  if (classes.length === 1)
    throw new ForeframeError(
      `${origin}, column label: all ${things} are of class ${only}, and there is nothing to distinguish: add ${things} of another class`,
    );
  if (classes.length > UNLABELLED)
    throw new ForeframeError(
      `${origin}, column label: there are ${classes.length} classes, more than the ${UNLABELLED} that can be distinguished: is another column meant?`,
    );
  const strange = rows.find(({ label }) => label !== '' && !classes.includes(label));
  if (strange)
    throw strange.fault(
      'label',
      `class ${strange.label} is none of those that the run knows (data.classes: ${classes.slice(0, 20).join(', ')})`,
    );
  const missing = classes.find((name) => !there.has(name));
  if (missing !== undefined)
    throw new ForeframeError(
      `${origin}: nothing is of class ${missing}, which data.classes names: leave it out there`,
    );
}

function checkMemory({ origin }: OwnRows, { frames }: OwnSource, data: DataConfig): void {
  const bytes = data.width * data.height * (data.color === 'rgb' ? 3 : 1);
  requireMemory({
    what: `${origin}: images of ${data.width}×${data.height}, held in memory`,
    // Read one by one, then side by side.
    parts: SPLITS.map((split) => ({ name: split, bytes: 2 * frames[split] * bytes, array: true })),
    advice: (free) => {
      const all = SPLITS.reduce((sum, split) => sum + frames[split], 0);
      const pixels = (0.9 * free) / (2 * all * (bytes / data.width ** 2));
      return `lower data.size to ${Math.max(4, Math.floor(Math.sqrt(pixels)))}`;
    },
  });
}

type Read = (
  split: Split,
  codes: ReadonlyMap<string, number>,
  needsLabel: boolean,
) => Promise<ClassifiedImages>;

function readerOf(
  { origin, rows, grouped }: OwnRows,
  source: OwnSource,
  { data: { width: side, color, steps }, isShuffled }: { data: DataConfig; isShuffled: boolean },
  { signal = new AbortController().signal, onProgress }: Watching,
): Read {
  const byName = new Map(rows.map((row) => [row.source.name, row]));
  const channels = color === 'rgb' ? 3 : 1;
  const bytes = side * side * channels;
  const total = SPLITS.reduce((sum, split) => sum + source.frames[split], 0);
  let done = 0;
  const inOrder = Array.from({ length: steps }, (_, place) => place);
  // A control that has every frame and no motion: each clip's frames in an order of its own.
  const orderOf = (split: Split, clip: number) =>
    isShuffled ? shuffled(inOrder, Random.for(SEED, `order ${split} ${clip}`)) : inOrder;
  return async (split, codes, needsLabel) => {
    const samples: Uint8Array[] = [];
    const labels: number[] = [];
    const names: string[] = [];
    let sample = new Uint8Array(steps * bytes);
    let places = orderOf(split, 0);
    for await (const frame of source.open(split, signal)) {
      if (signal.aborted) throw new InterruptedError(`reading ${origin} was interrupted`);
      const row = required(byName, frame.source);
      if (needsLabel && row.label === '') throw unlabelled(row, split);
      const at = frame.index % steps;
      sample.set(frame.data, places[at]! * bytes);
      onProgress?.({ task: `reading ${origin}`, done: ++done, total, text: `${done} of ${total} images` });
      if (at < steps - 1) continue;
      samples.push(sample);
      labels.push(codes.get(row.label) ?? UNLABELLED);
      names.push(row.group);
      sample = new Uint8Array(steps * bytes);
      places = orderOf(split, samples.length);
    }
    const images = new Uint8Array(samples.length * steps * bytes);
    samples.forEach((each, i) => {
      images.set(each, i * steps * bytes);
    });
    const frames = steps > 1 ? { frames: steps } : {};
    return {
      ...{ count: samples.length, side, channels, ...frames, images, labels: Uint8Array.from(labels) },
      groups: { named: grouped, ...groupsOf(names) },
    };
  };
}

function groupsOf(groups: readonly string[]): Omit<SampleGroups, 'named'> {
  const names = [...new Set(groups)];
  const places = new Map(names.map((name, place) => [name, place]));
  return { names, of: Int32Array.from(groups, (name) => required(places, name)) };
}

function unlabelled(row: OwnRow, split: Split): Error {
  return row.fault(
    'label',
    `it is empty, and ${split} needs one: write the class, or move it to split train`,
  );
}

/** @throws UsageError where a class has too few */
function chooseLabels(
  { origin }: OwnRows,
  { labels: all }: ClassifiedImages,
  classes: readonly string[],
  { labels, draw }: OwnChoice,
): readonly number[] {
  if (labels === 'all') return Array.from(all.keys()).filter((place) => all[place] !== UNLABELLED);
  const perClass = labels / classes.length;
  const counts = classes.map((_, code) => all.filter((each) => each === code).length);
  const fewest = Math.min(...counts);
  const most = fewest * classes.length;
  if (!Number.isInteger(perClass))
    throw new UsageError(
      `data.labels: ${labels} labels cannot be shared equally by ${classes.length} classes: take a multiple of ${classes.length}, up to ${most}`,
    );
  if (fewest < perClass)
    throw new UsageError(
      `data.labels: ${origin} has ${fewest} with label ${classes[counts.indexOf(fewest)]} to train on, not ${perClass}: ask for ${most} labels or fewer, or all`,
    );
  return labelBudget(all, { dataset: 'own', labels, draw, classes: classes.length });
}
