import { dirname } from 'node:path';
import type { DataConfig } from '../config/config.js';
import type { Split } from '../stream/frameSource.js';
import type { VideoSource } from '../video/index.js';
import { firstAt, framesIn } from './framesIn.js';
import type { MeasuredVideo } from './measuredVideo.js';

export const SPLITS = ['train', 'validation', 'test'] as const;

/** A part of one video that belongs to one split. */
export interface Stretch {
  readonly source: VideoSource;
  /** Seconds from the beginning of the file; undefined: from its first image on. */
  readonly start?: number;
  /** Undefined: to its last image. */
  readonly duration?: number;
  /** About how many frames it holds. */
  readonly frames: number;
}

export type Stretches = Readonly<Record<Split, readonly Stretch[]>>;

/** Videos whose times follow each other: one recording that was written in pieces. */
type Recording = readonly MeasuredVideo[];

/** Seconds between the end of one piece and the beginning of the next. */
const GAP = 0.1;

/**
 * Split each recording by time: its first part trains, the next validates, the last tests. Every image is in exactly one split,
 * also those before and after what was measured: the first split is open towards the beginning, the last towards the end.
 * @param clip frames that a clip needs
 */
export function timeSplit(videos: readonly MeasuredVideo[], data: DataConfig, clip: number): Stretches {
  const stretches: Record<Split, Stretch[]> = { train: [], validation: [], test: [] };
  for (const recording of recordings(videos, data)) {
    const borders = bordersOf(recording, data, clip);
    for (const piece of recording)
      for (const split of SPLITS) stretches[split].push(...stretchOf(piece, borders, split, data));
  }
  return stretches;
}

/** Pieces that go on in the same folder where the last one ended: segments of a stream, chapters of a camera. */
export function recordings(videos: readonly MeasuredVideo[], data: DataConfig): Recording[] {
  const found: MeasuredVideo[][] = [];
  // `data.start` counts from the beginning of each file.
  const whole = !data.start && data.duration === undefined;
  for (const video of videos) {
    const last = found.at(-1);
    if (whole && last && follows(last.at(-1)!, video)) last.push(video);
    else found.push([video]);
  }
  return found;
}

function follows(before: MeasuredVideo, after: MeasuredVideo): boolean {
  if (before.source.kind !== 'file' || after.source.kind !== 'file' || !before.span || !after.span)
    return false;
  const [end, begin] = [before.span.fileStart + before.to, after.span.fileStart + after.from];
  const folder = dirname(before.source.path) === dirname(after.source.path);
  return folder && before.source.path !== after.source.path && Math.abs(begin - end) <= GAP;
}

/** Where validation and test begin, on the clock of the recording. */
interface Borders {
  readonly validation: number;
  readonly test: number;
}

/**
 * By the clock; by the number of images where a clip of each would not fit otherwise, as in a screen recording that stood still.
 */
function bordersOf(recording: Recording, data: DataConfig, clip: number): Borders | undefined {
  if (recording.some(({ span }) => !span)) return undefined;
  const { train, validation } = data.split;
  const from = clockOf(recording[0]!) + recording[0]!.from;
  const to = clockOf(recording.at(-1)!) + recording.at(-1)!.to;
  const byClock = {
    validation: from + train * (to - from),
    test: from + (train + validation) * (to - from),
  };
  const times = recording.flatMap((piece) => timesOf(piece));
  if (times.length === 0) return rounded(byClock);
  const all = Float64Array.from(times).sort();
  const at = (share: number) => all[Math.min(Math.round(share * all.length), all.length - 1)]!;
  const byCount = { validation: at(train), test: at(train + validation) };
  const fewest = (borders: Borders) => {
    const [first, second] = [firstAt(all, borders.validation), firstAt(all, borders.test)];
    const counts = [first, second - first, all.length - second];
    return Math.min(...counts.filter((_, i) => [train, validation, 1][i]! > 0));
  };
  const [clock, count] = [fewest(byClock), fewest(byCount)];
  return rounded(clock < Math.min(clip, count) && count >= Math.min(clip, 1 + clock) ? byCount : byClock);
}

/** To ffmpeg's microseconds, so that both sides of a border mean the same moment. */
function rounded({ validation, test }: Borders): Borders {
  const micro = (time: number) => Math.round(time * 1e6) / 1e6;
  return { validation: micro(validation), test: micro(test) };
}

function clockOf({ span }: MeasuredVideo): number {
  return span?.fileStart ?? 0;
}

/** On the clock of the recording; none where they are not all known. */
function timesOf(video: MeasuredVideo): number[] {
  const { span, from, to } = video;
  if (!span?.times) return [];
  return [...span.times.subarray(firstAt(span.times, from), firstAt(span.times, to))].map(
    (time) => time + clockOf(video),
  );
}

/** What of a video belongs to a split: nothing or one stretch. */
function stretchOf(
  video: MeasuredVideo,
  borders: Borders | undefined,
  split: Split,
  data: DataConfig,
): Stretch[] {
  const { source, from, to } = video;
  if (!borders) {
    // Without a length, all of it is trained on.
    const frames = Number.POSITIVE_INFINITY;
    return split === 'train'
      ? [{ source, start: data.start || undefined, duration: data.duration, frames }]
      : [];
  }
  const clock = clockOf(video);
  const [validation, test] = [borders.validation - clock, borders.test - clock];
  const range = { train: [from, validation], validation: [validation, test], test: [test, to] }[split];
  const [begin, end] = [Math.max(range[0]!, from), Math.min(range[1]!, to)];
  if (end <= begin) return [];
  const start = begin > from ? begin : data.start || undefined;
  const last = end < to ? end : data.duration === undefined ? undefined : (data.start ?? 0) + data.duration;
  const duration = last === undefined ? undefined : last - (start ?? 0);
  return [{ source, start, duration, frames: framesIn(video.span, begin, end, data.rate) }];
}
