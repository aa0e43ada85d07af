import type { PipelineConfig } from '../../config/config.js';
import { heldOutBatches } from '../../data/batches.js';
import type { Engine } from '../../engine/engine.js';
import { type FrameValues, Predictor, toBytes } from '../../engine/predictor.js';
import { framesByTime } from '../../evaluation/framesByTime.js';
import type { KnownMoment } from '../../report/frames/strips.js';
import type { FrameSource } from '../../stream/frameSource.js';
import type { Batch } from '../../stream/index.js';
import type { Frame } from '../../video/index.js';

/** Frames ahead that a page shows at the most. */
const MOST_AHEAD = 50;

/** A test clip that the model watched. */
export interface WatchedClip {
  /** Where it comes from. */
  readonly source: string;
  /** Seconds at which it begins there. */
  readonly start: number;
  /** Predictions of the second frame and of all later ones, each from the true frames before it. */
  readonly forced: readonly KnownMoment[];
  /** What the model expects after the first frames, fed its own predictions. */
  readonly rollout: readonly KnownMoment[];
  /** True frames that it was shown before. */
  readonly context: number;
}

/**
 * Up to `count` clips of the test split, from its first batch that holds as many frames as the evaluation's rollouts have; where
 * no clip is that long, as many as training clips have.
 */
export async function watchedClips(
  config: PipelineConfig,
  engine: Engine,
  source: FrameSource,
  count: number,
): Promise<WatchedClip[]> {
  const { steps } = config.data;
  const { context = steps, horizon } = config.evaluation;
  const lengths = [
    { context, ahead: Math.min(horizon, MOST_AHEAD) },
    { context: Math.max(1, Math.floor(steps / 2)), ahead: steps + 1 - Math.max(1, Math.floor(steps / 2)) },
  ];
  for (const { context: shown, ahead } of lengths) {
    const wanted = { steps: shown + ahead - 1, prefetch: config.data.prefetch };
    for await (const batch of heldOutBatches(source, 'test', wanted, config.training.batch))
      return watch(batch, engine, shown, ahead, config, count);
  }
  return [];
}

async function watch(
  batch: Batch,
  engine: Engine,
  context: number,
  ahead: number,
  config: PipelineConfig,
  count: number,
): Promise<WatchedClip[]> {
  const values = framesByTime(batch);
  const predictor = new Predictor(engine);
  predictor.reset();
  const forced: FrameValues[] = [];
  for (const frame of values.slice(0, -1)) forced.push(await predictor.watch(frame));
  predictor.reset();
  let expected = values[0]!;
  for (const frame of values.slice(0, context)) expected = await predictor.watch(frame);
  const rolled = await predictor.rollout(expected, ahead);

  return batch.clips.slice(0, count).map(({ source, times }, clip) => {
    const frames = (of: readonly FrameValues[]) => framesOfClip(of, clip, batch.shape[0], config);
    const truth = frames(values);
    return {
      source,
      start: times[0] ?? 0,
      context,
      forced: frames(forced).map((prediction, t) => ({
        time: times[t + 1]!,
        ahead: 1,
        prediction,
        copyLast: truth[t]!,
        truth: truth[t + 1]!,
      })),
      rollout: frames(rolled).map((prediction, step) => ({
        time: times[context + step]!,
        ahead: step + 1,
        prediction,
        copyLast: truth[context - 1]!,
        truth: truth[context + step]!,
      })),
    };
  });
}

/** One clip of a batch, as frames to look at. */
function framesOfClip(
  values: readonly FrameValues[],
  clip: number,
  clips: number,
  { data: { width, height, color } }: PipelineConfig,
): Frame[] {
  return values.map((batch, t) => {
    const size = batch.length / clips;
    return {
      data: toBytes(batch.subarray(clip * size, (clip + 1) * size)),
      width,
      height,
      channels: color === 'grey' ? 1 : 3,
      time: t,
      index: t,
      source: 'test',
    };
  });
}
