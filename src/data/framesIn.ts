import type { VideoInfo, VideoSource } from '../video/index.js';

/** What is known of when a video shows its images, in seconds. */
export interface ShownSpan {
  readonly begin: number;
  readonly end: number;
  readonly frames: number;
  /** Of each image, ascending, where that is known. */
  readonly times?: Float64Array;
}

/** Of a frame: what is missing to a whole one in a product of times and rates. */
const ROUNDED = 1e-6;

/**
 * Frames that a video shows from `from` and before `to`; exact where its images' times are known and no rate is asked for.
 * @param span nothing for what has no end
 */
export function framesIn(
  span: ShownSpan | undefined,
  from: number,
  to: number,
  rate: number | undefined,
): number {
  if (!span) return Number.POSITIVE_INFINITY;
  const begin = Math.max(from, span.begin);
  const end = Math.min(to, span.end);
  if (end <= begin) return 0;
  const images = span.times
    ? firstAt(span.times, to) - firstAt(span.times, from)
    : (span.frames * (end - begin)) / (span.end - span.begin);
  if (rate === undefined || images === 0) return Math.floor(images + ROUNDED);
  return Math.max(1, Math.floor((end - begin) * rate + ROUNDED));
}

/** About how many frames a video gives, by what its container states; nothing where it has no end, or states none. */
export function expectedFrames(
  source: VideoSource,
  info: Pick<VideoInfo, 'duration' | 'frameCount'> | undefined,
  rate: number | undefined,
  { from = 0, to = Number.POSITIVE_INFINITY }: { readonly from?: number; readonly to?: number } = {},
): number | undefined {
  if (source.kind === 'input' || !info) return undefined;
  const { duration, frameCount } = info;
  if (duration > 0) return framesIn({ begin: 0, end: duration, frames: frameCount }, from, to, rate);
  return rate === undefined ? frameCount : undefined;
}

/** How many of ascending times lie before `moment`. */
export function firstAt(times: Float64Array, moment: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < moment - 5e-7) low = middle + 1;
    else high = middle;
  }
  return low;
}
