import { realpath } from 'node:fs/promises';
import { parse } from 'node:path';
import { ForeframeError, UsageError } from '../common/errors.js';
import { mapAtMost } from '../common/mapAtMost.js';
import { Random } from '../common/random.js';
import type { FrameSource, Split } from '../stream/frameSource.js';
import type { Frame } from '../video/frame.js';
import {
  EmptyStretchError,
  type FrameOptions,
  findSources,
  probeVideo,
  readFrames,
  type SkipReport,
  type VideoSource,
} from '../video/index.js';
import type { DataConfig } from './config.js';

export interface VideoSourceOptions {
  /** Decides which files go to which split, when whole files do. */
  readonly seed?: number;
  /** Told of every stretch of video that could not be decoded. */
  readonly onSkip?: (report: SkipReport) => void;
  /** Stops the looking at what is there; what is opened has a signal of its own. */
  readonly signal?: AbortSignal;
}

/** ffprobe processes at a time. */
const PROBES = 8;

interface TimedSource {
  readonly source: VideoSource;
  /** Seconds; undefined for a camera or another endless input. */
  readonly duration: number | undefined;
  /** Frames per second that are read; 0 where that is unknown. */
  readonly rate?: number;
}

/**
 * A person's own videos, split by time (of each the first part trains, the next validates, the last tests) or by file
 * (`data.split.by`). Neighbouring frames look alike, so a split by single frames would test on what was trained on.
 * Split by time, inputs without a length (cameras, network streams) serve training alone.
 * @throws UsageError when there are too few files to split by file.
 */
export async function videoSource(
  inputs: readonly string[],
  data: DataConfig,
  options: VideoSourceOptions = {},
): Promise<FrameSource> {
  const sources = await findSources([...inputs]);
  if (data.split.by === 'file') return wholeFilesSource(inputs, sources, data, options);
  const timed = await timedSources(sources, data, options.signal);
  return {
    description: describe(inputs, timed),
    frames: framesOf(timed, data),
    open: (split, signal) => readSplit(timed, split, data, { ...options, signal }),
  };
}

async function wholeFilesSource(
  inputs: readonly string[],
  sources: readonly VideoSource[],
  data: DataConfig,
  { seed = 1, onSkip, signal: stop }: VideoSourceOptions,
): Promise<FrameSource> {
  const files = await distinctFiles(sources);
  const splits = splitByFile(files, data, seed);
  const timed = await timedSources(files, data, stop);
  const { start, duration } = data;
  const counts = `${splits.train.length} + ${splits.validation.length} + ${splits.test.length}`;
  return {
    description: `${describe(inputs, timed)}, split by file ${counts}`,
    open: async function* (split, signal) {
      for (const file of splits[split])
        yield* readFrames(file, { ...frameOptions(data), onSkip, signal, start, duration });
    },
  };
}

/** Each file once, whatever names lead to it, in the order of their names. */
async function distinctFiles(sources: readonly VideoSource[]): Promise<VideoSource[]> {
  const files = new Map<string, VideoSource>();
  for (const source of sources) {
    if (source.kind === 'input')
      throw new UsageError(
        `data.split.by: file needs files, and ${source.name} is a live input: split by time`,
      );
    const path = await realpath(source.kind === 'file' ? source.path : source.files[0]!);
    if (!files.has(path)) files.set(path, source);
  }
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, source]) => source);
}

/** Whole files for each split, at least one for every split that has a share. */
function splitByFile(
  files: readonly VideoSource[],
  { split: shares }: DataConfig,
  seed: number,
): Record<Split, VideoSource[]> {
  const count = files.length;
  if (count < 3) {
    throw new UsageError(
      `data.split.by: file needs at least 3 files, not ${count}: name more videos, or set data.split.by=time`,
    );
  }
  const share = (of: number, most: number) =>
    of === 0 ? 0 : Math.min(Math.max(Math.round(of * count), 1), most);
  const validation = share(shares.validation, count - 2);
  const train = share(shares.train, count - 1 - validation);
  const order = shuffled(files, Random.for(seed, 'split by file'));
  return {
    train: order.slice(0, train),
    validation: order.slice(train, train + validation),
    test: order.slice(train + validation),
  };
}

/** Fisher and Yates' shuffle. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** Videos that were split into folders beforehand. */
export async function splitFoldersSource(
  folders: Readonly<Record<Split, string>>,
  description: string,
  data: DataConfig,
): Promise<FrameSource> {
  const sources: Record<Split, VideoSource[]> = {
    train: await findSources([folders.train]),
    validation: await findSources([folders.validation]),
    test: await findSources([folders.test]),
  };
  return {
    description,
    open: async function* (split, signal) {
      for (const source of sources[split]) yield* readFrames(source, { ...frameOptions(data), signal });
    },
  };
}

/** The settings of the pipeline that concern how frames are read. */
export function frameOptions(data: DataConfig): FrameOptions {
  const { width, height, color, rate, fit, onCorrupt } = data;
  return { width, height, color, rate, fit, onCorrupt, sharesProcessors: true };
}

function timedSources(
  sources: readonly VideoSource[],
  data: DataConfig,
  signal: AbortSignal | undefined,
): Promise<TimedSource[]> {
  return mapAtMost(sources, PROBES, (source) => withDuration(source, data, signal));
}

async function withDuration(
  source: VideoSource,
  data: DataConfig,
  signal: AbortSignal | undefined,
): Promise<TimedSource> {
  if (source.kind === 'input') return { source, duration: data.duration };
  const { duration, frameRate } = await probeVideo(source, { rate: data.rate, findDuration: true, signal });
  const { start: from = 0, duration: most = Number.POSITIVE_INFINITY } = data;
  if (duration === 0) {
    // Whole files are read from end to end, however long they are.
    if (data.split.by === 'file' && from === 0 && data.duration === undefined)
      return { source, duration: undefined };
    const { name } = parse(source.name);
    throw new ForeframeError(
      `${source.name} does not tell when its pictures are shown, so that no part of it can be found: put it into a container ` +
        `with \`ffmpeg -i ${source.name} -c copy ${name}.mp4\` and name that`,
    );
  }
  if (from >= duration) {
    throw new ForeframeError(
      `${source.name} ends after ${duration.toFixed(1)} s, before data.start = ${from} s: choose an earlier start`,
    );
  }
  return { source, duration: Math.min(duration - from, most), rate: data.rate ?? frameRate };
}

/** At most so many frames train, where every video says how long it is. */
function framesOf(sources: readonly TimedSource[], { split }: DataConfig): FrameSource['frames'] {
  const frames = sources.map(
    ({ duration, rate }) => Math.ceil((duration ?? 0) * split.train * (rate ?? 0)) + 1,
  );
  const known = sources.every(({ duration, rate }) => duration && rate);
  return known ? { train: frames.reduce((a, b) => a + b, 0) } : undefined;
}

/** @throws EmptyStretchError when a split has a stretch of some videos and no frame in any of them */
async function* readSplit(
  sources: readonly TimedSource[],
  split: Split,
  data: DataConfig,
  options: VideoSourceOptions & { signal: AbortSignal },
): AsyncGenerator<Frame> {
  let frames = 0;
  let empty: EmptyStretchError | undefined;
  for (const { source, duration } of sources) {
    const range = splitRange(split, duration, data);
    if (!range) continue;
    try {
      for await (const frame of readFrames(source, { ...frameOptions(data), ...options, ...range })) {
        frames++;
        yield frame;
      }
    } catch (error) {
      // A tenth of a video of a few frames may hold none: the others have to do.
      if (!(error instanceof EmptyStretchError)) throw error;
      empty ??= error;
    }
  }
  if (frames === 0 && empty) throw empty;
}

/** The stretch of a video, in seconds, that belongs to a split. */
function splitRange(split: Split, duration: number | undefined, { start = 0, split: shares }: DataConfig) {
  if (duration === undefined) return split === 'train' ? { start: start || undefined } : undefined;
  const bounds = {
    train: [0, shares.train],
    validation: [shares.train, shares.train + shares.validation],
    test: [shares.train + shares.validation, 1],
  };
  const [from, to] = bounds[split] as [number, number];
  if (to <= from) return undefined;
  return { start: start + from * duration, duration: (to - from) * duration };
}

function describe(inputs: readonly string[], sources: readonly TimedSource[]): string {
  const seconds = sources.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
  const what = sources.length === 1 ? inputs[0] : `${sources.length} videos`;
  return seconds > 0 ? `${what} (${seconds.toFixed(0)} s)` : `${what}`;
}
