import { ForeframeError } from '../common/errors.js';
import type { FrameSource, Split } from '../stream/frameSource.js';
import type { Frame } from '../video/frame.js';
import {
  type FrameOptions,
  findSources,
  probeVideo,
  readFrames,
  type SkipReport,
  type VideoSource,
} from '../video/index.js';
import type { DataConfig } from './config.js';

export interface VideoSourceOptions {
  /** Told of every stretch of video that could not be decoded. */
  readonly onSkip?: (report: SkipReport) => void;
}

interface TimedSource {
  readonly source: VideoSource;
  /** Seconds; undefined for a camera or another endless input. */
  readonly duration: number | undefined;
}

/**
 * A person's own videos, each split by time: the first part trains, the next validates, the last tests. Neighbouring
 * frames look alike, so a split by single frames would test on what was trained on.
 * Inputs without a length (cameras, network streams) serve training alone.
 */
export async function videoSource(
  inputs: readonly string[],
  data: DataConfig,
  options: VideoSourceOptions = {},
): Promise<FrameSource> {
  const sources = await findSources([...inputs]);
  const timed = await Promise.all(sources.map((source) => withDuration(source, data)));
  return {
    description: describe(inputs, timed),
    open: (split, signal) => readSplit(timed, split, data, { ...options, signal }),
  };
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
  return { width, height, color, rate, fit, onCorrupt };
}

async function withDuration(source: VideoSource, data: DataConfig): Promise<TimedSource> {
  if (source.kind === 'input') return { source, duration: data.duration };
  const { duration } = await probeVideo(source, { rate: data.rate });
  const from = data.start ?? 0;
  if (from >= duration) {
    throw new ForeframeError(
      `${source.name} ends after ${duration.toFixed(1)} s, before data.start = ${from} s: choose an earlier start`,
    );
  }
  return { source, duration: Math.min(duration - from, data.duration ?? Number.POSITIVE_INFINITY) };
}

async function* readSplit(
  sources: readonly TimedSource[],
  split: Split,
  data: DataConfig,
  options: VideoSourceOptions & { signal: AbortSignal },
): AsyncGenerator<Frame> {
  for (const { source, duration } of sources) {
    const range = splitRange(split, duration, data);
    if (range) yield* readFrames(source, { ...frameOptions(data), ...options, ...range });
  }
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
