import type { MemoryPart } from '../../common/memory/requireMemory.js';
import type { PipelineConfig } from '../../config/config.js';
import { frameShapeOf } from '../../data/frameShape.js';

/** Frames that wait between ffmpeg and the clips they are cut into. */
const WAITING = 8;

/**
 * What stands between the video and a training step. Two passes are open side by side: the next fills its shuffle while the one
 * before is still trained on.
 * @param frames of a pass, where that is known: no more than they are can be held, whatever the settings allow
 */
export function readingMemory({ data, training }: PipelineConfig, frames?: number): MemoryPart[] {
  const frame = bytesOf(data);
  const clip = frame * (data.steps + 1);
  const clips = clipsIn(frames, data);
  const batches = Math.ceil(clips / training.batch);
  const passes = training.epochs === 1 ? 1 : 2;
  return [
    { name: 'frames', bytes: passes * frame * (data.steps + 1 + WAITING) },
    { name: 'shuffle', bytes: passes * clip * Math.min(data.shuffle, clips) },
    { name: 'prefetch', bytes: passes * clip * training.batch * Math.min(data.prefetch, batches) },
    { name: 'a batch', bytes: clip * training.batch, array: true },
  ];
}

/** What stands between the test split and a measurement: clips as bytes, then frame by frame as float32, and a rollout's. */
export function testMemory({ data, training, evaluation }: PipelineConfig): MemoryPart[] {
  const { batch = training.batch, steps = data.steps, context = data.steps, horizon } = evaluation;
  const length = Math.max(steps + 1, context + horizon);
  const bytes = bytesOf(data) * length * batch;
  return [
    { name: 'clips', bytes: 3 * bytes },
    { name: 'frames as float32', bytes: 4 * bytes },
    { name: 'rollout', bytes: 4 * bytesOf(data) * batch * horizon },
    { name: 'a batch', bytes, array: true },
  ];
}

function bytesOf(data: PipelineConfig['data']): number {
  const { height, width, channels } = frameShapeOf(data);
  return height * width * channels;
}

/** Clips that so many frames hold at most; none are counted where that is unknown: `batches.ts` then looks while it reads. */
function clipsIn(frames: number | undefined, { steps, stride = steps + 1 }: PipelineConfig['data']): number {
  if (frames === undefined) return 0;
  return Math.max(0, Math.floor((frames - steps - 1) / stride) + 1);
}
