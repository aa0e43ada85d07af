import { UsageError } from '../common/errors.js';
import { frameShapeOf } from '../data/frameShape.js';
import { LONGEST_STRETCH } from '../engine/stretches.js';
import { BATCH_BYTES, sizeOf } from './encoder.js';
import type { WatchedConfig } from './watchedRun.js';

// How much of an extraction is in memory at once.

/** Bytes of the frames of one clip, at most: a clip is watched when all its frames are there. */
const CLIP_BYTES = 256 * 2 ** 20;
/** Bytes of the frames of clips that are watched side by side. */
const CLIPS_BYTES = 32 * 2 ** 20;

/** @throws UsageError with the estimate when one clip has more frames than should be in memory at once */
export function checkClipBytes(config: WatchedConfig, frames: number): void {
  const { height, width, channels } = frameShapeOf(config.data);
  const each = height * width * channels;
  const most = Math.floor(CLIP_BYTES / each);
  if (frames <= most) return;
  const size = Math.ceil((frames * each) / 2 ** 20);
  throw new UsageError(
    `clips of ${frames} frames take ${size} MB each, more than the ${CLIP_BYTES / 2 ** 20} MB that are kept of one: ` +
      `lower --steps to ${most} or less`,
  );
}

/** Of one clip: no more than training watched of a batch together, so that memory that was enough for it is enough here. */
export function framesAtOnce({ training, data }: WatchedConfig): number {
  return Math.min(LONGEST_STRETCH, training.batch * data.steps);
}

/** Clips that are watched side by side. */
export function batchSize(
  { training, data }: WatchedConfig,
  shapes: Readonly<Record<string, readonly number[]>>,
  { times, clipLength, longest }: { times: number; clipLength: number; longest: number },
): number {
  const { height, width, channels } = frameShapeOf(data);
  const perTime = Object.values(shapes).reduce((sum, shape) => sum + 4 * sizeOf(shape), 0);
  const ofRows = Math.floor(BATCH_BYTES / (perTime * times));
  const ofFrames = Math.floor(CLIPS_BYTES / (clipLength * height * width * channels));
  const ofStretches =
    clipLength > longest ? Math.floor((training.batch * data.steps) / longest) : training.batch;
  return Math.max(1, Math.min(training.batch, ofRows, ofFrames, ofStretches));
}
