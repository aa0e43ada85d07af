import type { Random } from '../../src/common/random.js';

/** A frame's bytes, `[height, width]`. */
export type Bytes = Uint8Array;

/** Frames one after the other, and which of them are not as they should be. */
export interface Sequence {
  readonly frames: readonly Bytes[];
  readonly unusual: readonly boolean[];
}

export const KINDS = ['cut', 'reversed', 'frozen', 'inserted', 'occluded'] as const;
export type Kind = (typeof KINDS)[number];

export interface AnomalyOptions {
  /** Frames of another video. */
  readonly others: readonly Bytes[];
  readonly width: number;
  readonly height: number;
  /** Frames of a sequence, at most. */
  readonly length: number;
}

/** Share of a sequence before the earliest anomaly: what is usual has to be seen. */
const CLEAN = 0.3;

/**
 * A stretch of clean frames with one anomaly:
 * - cut: it goes on at another place of the clean frames; the first frame there is unusual
 * - reversed: a part runs backwards
 * - frozen: a frame stands still, then it goes on where it would be by now
 * - inserted: frames of another video take the place of a part
 * - occluded: a grey rectangle covers part of the image
 */
export function withAnomaly(
  clean: readonly Bytes[],
  kind: Kind,
  random: Random,
  options: AnomalyOptions,
): Sequence {
  const length = Math.min(options.length, Math.floor(0.7 * clean.length));
  const offset = random.integer(clean.length - length + 1);
  const frames = clean.slice(offset, offset + length);
  const unusual: boolean[] = Array(length).fill(false);
  const span = Math.max(4, Math.min(50, Math.round((0.08 + 0.07 * random.uniform()) * length)));
  const start = Math.floor(CLEAN * length) + random.integer(Math.floor((1 - CLEAN) * length) - span - 1);
  const end = start + span;
  const mark = (from: number, to: number) => unusual.fill(true, from, to);
  if (kind === 'cut') {
    cut(frames, clean, offset, start, random);
    mark(start, start + 1);
  } else if (kind === 'reversed') {
    frames.splice(start, span, ...frames.slice(start, end).reverse());
    mark(start, end + 1);
  } else if (kind === 'frozen') {
    frames.fill(frames[start - 1]!, start, end);
    mark(start, end + 1);
  } else if (kind === 'inserted') {
    const from = random.integer(Math.max(1, options.others.length - span));
    for (let at = 0; at < span; at++)
      frames[start + at] = options.others[(from + at) % options.others.length]!;
    mark(start, end + 1);
  } else {
    occlude(frames, start, end, random, options);
    mark(start, end);
  }
  return { frames, unusual };
}

/** Go on a quarter of the clean frames away, or farther. */
function cut(frames: Bytes[], clean: readonly Bytes[], offset: number, start: number, random: Random): void {
  const far = Math.floor(clean.length / 4);
  const jump = far + random.integer(Math.max(1, clean.length - 2 * far));
  for (let at = start; at < frames.length; at++) frames[at] = clean[(offset + at + jump) % clean.length]!;
}

function occlude(
  frames: Bytes[],
  start: number,
  end: number,
  random: Random,
  { width, height }: AnomalyOptions,
): void {
  const side = (size: number) => Math.round(size * (0.25 + 0.25 * random.uniform()));
  const [wide, high] = [side(width), side(height)];
  const [left, top] = [random.integer(width - wide + 1), random.integer(height - high + 1)];
  for (let at = start; at < end; at++) {
    const covered = frames[at]!.slice();
    for (let y = top; y < top + high; y++) covered.fill(128, y * width + left, y * width + left + wide);
    frames[at] = covered;
  }
}
