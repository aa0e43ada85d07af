import { parse } from 'node:path';
import { ForeframeError } from '../common/errors.js';
import { mapAtMost } from '../common/mapAtMost.js';
import type { DataConfig } from '../config/config.js';
import { EmptyStretchError, type Span, spanOf, type VideoSource } from '../video/index.js';

/** ffprobe processes at a time. */
const PROBES = 8;
/** Images per second of a sequence, as `readFrames` takes them. */
const IMAGE_RATE = 25;

/** A video, and what of it the pipeline uses. */
export interface MeasuredVideo {
  readonly source: VideoSource;
  /** Undefined for a camera or another endless input, and for a bare stream that is only read as a whole. */
  readonly span: Span | undefined;
  /** Seconds from the beginning of the file: the part of the span that `data.start` and `data.duration` leave. */
  readonly from: number;
  readonly to: number;
}

/** Measure videos, a few at a time. @throws ForeframeError naming a video of which no part can be found */
export function measuredVideos(
  sources: readonly VideoSource[],
  data: DataConfig,
  signal: AbortSignal | undefined,
): Promise<MeasuredVideo[]> {
  return mapAtMost(sources, PROBES, async (source) =>
    within(source, await spanIn(source, data, signal), data),
  );
}

function within(source: VideoSource, span: Span | undefined, data: DataConfig): MeasuredVideo {
  const { start = 0, duration = Number.POSITIVE_INFINITY } = data;
  if (!span) return { source, span, from: start, to: start + duration };
  if (start >= span.end) {
    throw new ForeframeError(
      `${source.name} ends after ${span.end.toFixed(1)} s, before data.start = ${start} s: choose an earlier start`,
    );
  }
  const from = start > 0 ? Math.max(start, span.begin) : span.begin;
  const to = Math.min(start + duration, span.end);
  if (to > from) return { source, span, from, to };
  throw new EmptyStretchError(
    `${source.name} has no image from ${start} s to ${start + duration} s, its first comes at ${span.begin.toFixed(2)} s: ` +
      'choose a longer data.duration, or a later data.start',
  );
}

async function spanIn(
  source: VideoSource,
  data: DataConfig,
  signal: AbortSignal | undefined,
): Promise<Span | undefined> {
  if (source.kind === 'images') return even(source.files.length, data.rate ?? IMAGE_RATE);
  if (source.kind === 'input') return liveSpan(source, data);
  const span = await spanOf(source, signal);
  // Whole files are read from end to end, whether their images have times or not.
  const whole = data.split.by === 'file' && !data.start && data.duration === undefined;
  if (span || whole) return span;
  throw new ForeframeError(
    `${source.name} does not state when its images are shown, so no part of it can be found: put it into a container ` +
      `with \`ffmpeg -i ${source.name} -crf 10 ${parse(source.name).name}.mp4\` and name that`,
  );
}

/** `data.duration` makes a video of an input that restarts whenever it is opened; a pipe can be read only once. */
function liveSpan(
  source: Extract<VideoSource, { kind: 'input' }>,
  { start = 0, duration }: DataConfig,
): Span | undefined {
  if (duration === undefined || source.once) return undefined;
  const unknown = { frames: Number.POSITIVE_INFINITY, back: 0, fileStart: 0, missing: 0 };
  return { begin: start, end: start + duration, ...unknown };
}

function even(frames: number, rate: number): Span {
  const times = Float64Array.from({ length: frames }, (_, i) => i / rate);
  return { begin: 0, end: frames / rate, frames, times, back: 0, fileStart: 0, missing: 0 };
}
