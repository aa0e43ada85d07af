import { basename } from 'node:path';
import { ForeframeError } from '../common/errors.js';
import { withoutPasswords } from '../common/text/withoutPasswords.js';
import type { DataConfig } from '../config/config.js';
import type { FrameSource, Split } from '../stream/frameSource.js';
import type { Frame } from '../video/frame.js';
import {
  EmptyStretchError,
  type FrameOptions,
  findSources,
  readFrames,
  type SkipReport,
  type VideoSource,
} from '../video/index.js';
import { distinctFiles, splitByFile } from './fileSplit.js';
import { framesIn } from './framesIn.js';
import { heldOutChecksum, noteOfChange, testedChecksum } from './heldOut.js';
import { type MeasuredVideo, measuredVideos } from './measuredVideo.js';
import { recordings, SPLITS, type Stretch, type Stretches, timeSplit } from './timeSplit.js';

export interface VideoSourceOptions {
  /** Decides which files go to which split, when whole files do. */
  readonly seed?: number;
  /** Called once for every stretch of video that could not be decoded. */
  readonly onSkip?: (report: SkipReport) => void;
  /** Receives one line that says what is waited for. */
  readonly onWait?: (message: string) => void;
  /** Receives one line where the videos are not those that a run began with. */
  readonly onNote?: (note: string) => void;
  /** Stops the probing of the videos; each opened source has a signal of its own. */
  readonly signal?: AbortSignal;
}

/**
 * A person's own videos, split by time (of each the first part trains, the next validates, the last tests) or by file
 * (`data.split.by`; where it is not set: by file if the parts of short videos hold no clip, else by time). Neighbouring frames look
 * alike, so a split by single frames would test on what was trained on. Split by time, inputs without a length (cameras, network
 * streams, pipes) serve training alone.
 * @throws UsageError when there are too few files to split by file.
 */
export async function videoSource(
  inputs: readonly string[],
  data: DataConfig,
  options: VideoSourceOptions = {},
): Promise<FrameSource> {
  const { seed = 1, signal, onNote } = options;
  const clip = data.steps + 1;
  const found = await findSources([...inputs]);
  const { by } = data.split;
  const videos = await measuredVideos(by === 'file' ? await distinctFiles(found) : found, data, signal);
  const byTime = by === 'file' ? undefined : timeSplit(videos, data, clip);
  const byFile = await fileStretches(videos, data, seed, by, byTime && lacking(byTime, data, clip));
  const stretches = (byFile?.stretches ?? byTime)!;
  const what = describe(inputs, videos);
  const description = byFile ? `${what}, split by file ${byFile.counts}` : `${what}${pieces(videos, data)}`;
  const reports = reporter(options);
  reportCut(videos, data, reports);
  const lost = lacking(stretches, data, clip);
  const used = new Set<VideoSource>();
  const heldOut = byFile && heldOutOf(byFile.stretches);
  const changed = heldOut && noteOfChange(what, data.split.heldOut, heldOut);
  if (changed !== undefined) onNote?.(changed);
  return {
    description,
    splitBy: byFile ? 'file' : 'time',
    heldOut,
    tested: testedChecksum(stretches.test),
    once: videos.every(({ source }) => isOnce(source)),
    unserved: lost && unserved(description, lost, data, byFile !== undefined),
    frames: framesOf(stretches),
    open: (split, own) => {
      const there = stretches[split].filter(({ source }) => !used.has(source));
      for (const { source } of there) if (isOnce(source)) used.add(source);
      return readStretches(there, data, { ...options, onSkip: reports, signal: own });
    },
  };
}

/** By their own names: their folder may have been moved. */
function heldOutOf(stretches: Stretches): string {
  const namesOf = (split: Split) => stretches[split].map(({ source }) => basename(source.name));
  return heldOutChecksum({ validation: namesOf('validation'), test: namesOf('test') });
}

function isOnce(source: VideoSource): boolean {
  return source.kind === 'input' && source.once === true;
}

/** Whole files, where that was asked for, or where nothing was and the parts of single files are too short. */
async function fileStretches(
  videos: readonly MeasuredVideo[],
  data: DataConfig,
  seed: number,
  by: DataConfig['split']['by'],
  lost: Split | undefined,
): Promise<{ stretches: Stretches; counts: string } | undefined> {
  if (by === 'time' || (by === undefined && lost === undefined)) return undefined;
  const files = by === 'file' ? videos : await distinctVideos(videos);
  if (by === undefined && files.length < 3) return undefined;
  const splits = splitByFile(files, data, seed);
  const stretches = Object.fromEntries(
    SPLITS.map((split) => [split, splits[split].map((video) => wholeStretch(video, data))]),
  ) as unknown as Stretches;
  if (by === undefined && lacking(stretches, data, data.steps + 1)) return undefined;
  return { stretches, counts: SPLITS.map((split) => splits[split].length).join(' + ') };
}

/** None where one is live. */
async function distinctVideos(videos: readonly MeasuredVideo[]): Promise<MeasuredVideo[]> {
  if (videos.some(({ source }) => source.kind === 'input')) return [];
  const files = await distinctFiles(videos.map(({ source }) => source));
  return files.flatMap((file) => videos.find(({ source }) => source === file) ?? []);
}

function wholeStretch(video: MeasuredVideo, { start, duration, rate }: DataConfig): Stretch {
  return { source: video.source, start, duration, frames: framesIn(video.span, video.from, video.to, rate) };
}

/** The first held-out split with a share that holds no clip, though other parts of the videos are measured. */
function lacking(stretches: Stretches, data: DataConfig, clip: number): Split | undefined {
  const { validation } = data.split;
  const all = SPLITS.flatMap((split) => stretches[split]);
  if (all.every(({ frames }) => frames === Number.POSITIVE_INFINITY)) return undefined;
  const lacks = (split: Split) => !stretches[split].some(({ frames }) => frames >= clip);
  return (validation > 0 && lacks('validation') && 'validation') || (lacks('test') && 'test') || undefined;
}

function unserved(description: string, split: Split, data: DataConfig, byFile: boolean): string {
  const clip = data.steps + 1;
  const remedy = byFile ? 'longer videos' : 'longer videos, three at least with data.split.by=file';
  return `${description}: the ${split} part of no video holds a clip of ${clip} frames: name ${remedy}, or lower data.steps`;
}

export function framesOf(stretches: Stretches): Record<Split, number> {
  const sum = (split: Split) => stretches[split].reduce((total, { frames }) => total + frames, 0);
  return { train: sum('train'), validation: sum('validation'), test: sum('test') };
}

/** Reports each loss once, however often its video is read; for a file that was cut, only the cut. */
export function reporter({ onSkip }: VideoSourceOptions): (report: SkipReport) => void {
  const reported = new Set<string>();
  return (report) => {
    const place = JSON.stringify([report.source, report.message]);
    const key = `${place} ${report.count}`;
    // The same damage is met again on the way to a later part, in which nothing is missing.
    if (reported.has(key) || reported.has(report.source)) return;
    if (report.count === 0 && reported.has(place)) return;
    reported.add(report.message === CUT ? report.source : key);
    reported.add(place);
    onSkip?.(report);
  };
}

const CUT = 'the file ends before its index does: it was cut short';

export function reportCut(
  videos: readonly MeasuredVideo[],
  data: DataConfig,
  report: (report: SkipReport) => void,
) {
  for (const { source, span } of videos) {
    if (!span || span.missing === 0) continue;
    if (data.onCorrupt === 'fail') {
      throw new ForeframeError(
        `${source.name} is damaged: ${CUT}; copy or download it again, or read what is there with onCorrupt = skip`,
      );
    }
    report({ source: source.name, count: span.missing, message: CUT });
  }
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

/**
 * The frames of parts of videos, one after the other.
 * @throws EmptyStretchError when there is a stretch of some videos and no frame in any of them
 */
export async function* readStretches(
  stretches: readonly Stretch[],
  data: DataConfig,
  { onSkip, onWait, signal }: VideoSourceOptions & { signal: AbortSignal },
): AsyncGenerator<Frame> {
  let frames = 0;
  let empty: EmptyStretchError | undefined;
  const common = { ...frameOptions(data), onSkip, onWait, signal };
  for (const { source, start, duration } of stretches) {
    try {
      for await (const frame of readFrames(source, { ...common, start, duration })) {
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

function describe(inputs: readonly string[], videos: readonly MeasuredVideo[]): string {
  const seconds = videos.reduce((sum, { span, from, to }) => sum + (span ? to - from : 0), 0);
  const what = videos.length === 1 ? withoutPasswords(inputs[0]!) : `${videos.length} videos`;
  return seconds > 0 ? `${what} (${seconds.toFixed(0)} s)` : `${what}`;
}

/** Where files are pieces of longer recordings, which are split as wholes. */
function pieces(videos: readonly MeasuredVideo[], data: DataConfig): string {
  const count = recordings(videos, data).length;
  if (count === videos.length) return '';
  return count === 1 ? ', pieces of one recording' : `, pieces of ${count} recordings`;
}
