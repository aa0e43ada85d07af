import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readClipRecords } from '../../../datasets/building/clipRecords.js';
import { shrinkFactor } from '../../../datasets/building/datasetSource.js';
import { alreadyKept, type KeptFrames } from '../../../datasets/building/keptClips.js';
import { shrinkFrame } from '../../../datasets/building/shrinkFrame.js';
import type { Dataset, DatasetClip } from '../../../datasets/dataset.js';
import { datasets, findDataset } from '../../../datasets/index.js';
import { InterruptedError, UsageError } from '../../common/errors.js';
import { cacheFolder } from '../../common/files/cacheFolder.js';
import { frameOptions, videoSource } from '../../data/videoSource.js';
import {
  type ClipSource,
  clipsOfSplit,
  firstClips,
  type KnownClip,
  wholeVideos,
} from '../../extraction/extractClips.js';
import type { WatchedConfig } from '../../extraction/watchedRun.js';
import type { Split } from '../../stream/frameSource.js';
import { type Frame, readFrames } from '../../video/index.js';
import type { Watching } from '../watching.js';
import { fetchNpmVideos } from './npmVideo.js';
import { builtDataset } from './openSource.js';
import { ownChoice, ownExtraction, settingsFor } from './ownExtraction.js';
import { skipsTo } from './skipNote.js';

export interface ExtractDataOptions extends Watching {
  /** Of a dataset or the run's own videos `test` by default; of other videos, and of labelled ones, all. */
  readonly split?: Split;
  /** Look at the first so many clips only. */
  readonly clips?: number;
  /** A folder that is named holds a folder for each class, whatever split is looked at. */
  readonly classFolders?: boolean;
}

/**
 * The clips that `data` stands for: a dataset by name, videos of any kind, or, without any, what the run was trained on. They
 * move even where the run was trained on still frames: models can only be compared on the same clips.
 */
export async function extractData(
  data: string | readonly string[] | undefined,
  config: WatchedConfig,
  options: ExtractDataOptions,
): Promise<ClipSource> {
  const inputs = typeof data === 'string' ? [data] : (data ?? []);
  const own = await ownChoice(inputs, config, options.classFolders ? undefined : options.split);
  if (own) return limited(await ownExtraction(own, settingsFor(own, config), options), options.clips);
  const name = inputs.length === 0 ? config.data.dataset : inputs.find(isDataset);
  if (name !== undefined && isDataset(name)) {
    if (inputs.length > 1)
      throw new UsageError(
        `${name} is a dataset: name it alone, or name videos alone (${inputs.join(', ')})`,
      );
    return datasetClips(findDataset(name), config, options);
  }
  const videos = await fetchNpmVideos(inputs.length === 0 ? config.data.videos : inputs, options);
  const source =
    inputs.length > 0 && options.split === undefined
      ? await wholeVideos(videos, config.data, skipsTo(options.onNote))
      : await videosOfSplit(videos, config, options);
  return limited(source, options.clips);
}

function limited(source: ClipSource, clips: number | undefined): ClipSource {
  return clips === undefined ? source : firstClips(source, clips);
}

/** One that is known, or a plain word that is no file: meant as a dataset, and answered with those there are. */
function isDataset(input: string): boolean {
  return datasets.some(({ card }) => card.name === input) || (/^[\w-]+$/.test(input) && !existsSync(input));
}

async function videosOfSplit(
  inputs: readonly string[],
  { data, seed }: WatchedConfig,
  { split = 'test', signal, onNote }: ExtractDataOptions,
): Promise<ClipSource> {
  const options = { seed, onSkip: skipsTo(onNote), onWait: onNote, signal };
  const source = await videoSource(inputs, data, options);
  const frames = source.frames?.[split];
  return clipsOfSplit(source, split, async () => (Number.isFinite(frames) ? frames : undefined));
}

/** How one dataset is read for an extraction. */
interface DatasetReading {
  readonly dataset: Dataset;
  readonly config: WatchedConfig;
  readonly split: Split;
  /** Clips that are looked at. */
  readonly count: number;
  /** Frames that the dataset makes of each. */
  readonly frames: number;
  readonly watching: Watching;
}

/** Every clip of the dataset is one clip, from its start: the model watches its first frames. */
function datasetClips(
  dataset: Dataset,
  config: WatchedConfig,
  { split = 'test', clips, ...watching }: ExtractDataOptions,
): ClipSource {
  const { card } = dataset;
  const { data } = config;
  const own = data.dataset === card.name;
  const count = clips ?? (own ? data.clips : card.clips)[split];
  const frames = (own ? data.clips.frames : undefined) ?? card.framesPerClip;
  const reading: DatasetReading = { dataset, config, split, count, frames, watching };
  const factor = shrinkFactor(dataset, data);
  // Shrunk frames only where training saw such: through mp4 ffmpeg makes others of them.
  const asMade = factor === 1 || (factor !== undefined && data.via === 'arrays');
  return {
    description: `${card.name} (${count} clips)`,
    split,
    count: async () => count,
    open: async function* ({ length, skip, signal: stop = watching.signal }) {
      if (length > frames) {
        throw new UsageError(
          `clips of ${card.name} hold ${frames} frames, not ${length}: lower --steps to ${frames} or less`,
        );
      }
      const read = asMade ? madeClips : resizedClips;
      yield* read(reading, length, skip, stop);
    },
  };
}

/** Straight from the generator, smaller where the run's frames are. */
async function* madeClips(
  { dataset, config, split, count, watching }: DatasetReading,
  length: number,
  skip: number,
  signal?: AbortSignal,
): AsyncGenerator<KnownClip> {
  const clipOf = await dataset.open({ onProgress: watching.onNote, signal });
  const drawn = keptByTraining(dataset, config);
  const there = config.data.clips[split];
  const factor = shrinkFactor(dataset, config.data)!;
  for (let index = skip; index < count; index++) {
    // Making clips never waits for anything: without a turn of the event loop now and then nobody could stop it.
    await new Promise(setImmediate);
    if (signal?.aborted) throw new InterruptedError(`reading ${dataset.card.name} was interrupted`);
    // A clip begins the same however long it is: no more of it is made than is watched.
    const clip = clipOf(split, index, length);
    const frames = drawn && index < there ? drawn(split, index).slice(0, length) : clip.frames;
    const shown = frames.map((frame) => shrinkFrame(frame, factor));
    yield knownClip(dataset, split, index, shown, clip);
  }
}

/** Frames that training on this dataset left in the cache. */
function keptByTraining(dataset: Dataset, { data }: WatchedConfig): KeptFrames | undefined {
  if (!dataset.keep || data.dataset !== dataset.card.name) return undefined;
  return alreadyKept(dataset, data.clips, join(cacheFolder(), 'datasets'));
}

/** Through mp4 files, as training reads frames of another size than the dataset's own. */
async function* resizedClips(
  { dataset, config: { data }, split, count, frames, watching }: DatasetReading,
  length: number,
  skip: number,
  signal?: AbortSignal,
): AsyncGenerator<KnownClip> {
  const { card } = dataset;
  const ofRun = data.dataset === card.name && count <= data.clips[split];
  const none = { train: 0, validation: 0, test: 0 };
  const counts = ofRun ? data.clips : { ...none, [split]: count, frames };
  const built = await builtDataset(card.name, counts, { ...watching, signal });
  const folder = built.splits[split];
  const records = [...(await readClipRecords(folder))].sort(([, a], [, b]) => a.index - b.index);
  for (const [file, record] of records.slice(skip, count)) {
    const shown: Frame[] = [];
    for await (const frame of readFrames(join(folder, file), { ...frameOptions(data), signal })) {
      shown.push(frame);
      if (shown.length === length) break;
    }
    if (shown.length < length) {
      throw new UsageError(
        `clips of ${card.name} hold ${shown.length} frames at data.rate, not ${length}: lower --steps`,
      );
    }
    // At another rate a frame of the video is not the dataset's frame of the same number.
    const numbers = shown.map(({ time }) => Math.round(time * card.rate));
    const latents = Object.entries(record.latents).map(([name, rows]) => [
      name,
      numbers.map((n) => rows[n]!),
    ]);
    yield knownClip(dataset, split, record.index, shown, {
      latents: Object.fromEntries(latents),
      labels: record.labels,
    });
  }
}

function knownClip(
  { card }: Dataset,
  split: Split,
  index: number,
  frames: readonly Frame[],
  { latents, labels }: Pick<DatasetClip, 'latents' | 'labels'>,
): KnownClip {
  const size = frames[0]!.data.length;
  const data = new Uint8Array(frames.length * size);
  frames.forEach((frame, i) => {
    data.set(frame.data, i * size);
  });
  const seconds = frames.map(({ time }) => time);
  return { data, file: `${card.name}/${split}/${index}`, clip: index, seconds, latents, labels };
}
