import { createHash } from 'node:crypto';
import { heldOutBatches } from '../data/batches.js';
import type { Engine } from '../engine/engine.js';
import { type FrameValues, Predictor } from '../engine/predictor.js';
import type { FrameSource, Split } from '../stream/frameSource.js';
import type { Batch } from '../stream/index.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { framesByTime } from './framesByTime.js';
import { type Metrics, MetricsTally } from './metrics.js';

/** Metrics of the model and of the baselines on the same predictions. */
export interface Measurement {
  readonly clips: number;
  /** Values in a frame: pixels × channels. */
  readonly valuesPerFrame: number;
  readonly model: Metrics;
  /** Of taking the last frame for the next. */
  readonly copyLast: Metrics;
  /** Of going on at each pixel as from the frame before to the last one. */
  readonly linear: Metrics;
}

/** Predictions made from true frames. */
export interface TeacherForced extends Measurement {
  /** Frames watched in each clip. */
  readonly steps: number;
  /** Which of the predictions were measured: each, or that after the clip's last frame watched. */
  readonly predict: 'every' | 'last';
  /** The model's output against the frame it watched last, for models trained to give that back. */
  readonly reconstruction: Metrics;
}

/** Predictions made from predictions. */
export interface Rollout extends Measurement {
  /** True frames shown before. */
  readonly context: number;
  /** Frames expected after; `byStep` of every metric has as many. */
  readonly horizon: number;
}

export interface MeasureOptions {
  readonly split: Split;
  /** Clips side by side: as many as the engine was opened for. */
  readonly batch: number;
  /** Look at the first so many batches only. */
  readonly batches?: number;
  /** Hears how each clip was predicted, once all are measured. */
  readonly onClips?: (clips: readonly MeasuredClip[], tally: MetricsTally) => void;
}

/** Which clip was measured. */
export interface MeasuredClip {
  /** Checksum of its frames as the model saw them: clips of the same one are the same. */
  readonly id: string;
  /** Where it comes from. */
  readonly source: string;
  /** Seconds at which it begins there. */
  readonly time: number;
}

/**
 * Metrics of teacher-forced predictions on clips of `steps` frames and the frame after them. The engine may have been opened for clips
 * of another length: frames are watched one by one. None when the split has no clip that long.
 */
export async function measureTeacherForced(
  engine: Engine,
  source: FrameSource,
  { steps, predict, ...options }: MeasureOptions & { steps: number; predict: 'every' | 'last' },
): Promise<TeacherForced | undefined> {
  const predictor = new Predictor(engine);
  const measured = await measureClips(source, steps + 1, options, async (frames) => {
    predictor.reset();
    const answers: Named<HostArray>[] = [];
    for (let t = 0; t < steps; t++) {
      const prediction = await predictor.watch(frames[t]!);
      if (predict === 'last' && t < steps - 1) continue;
      answers.push(await measure(engine, prediction, frames, t, 1));
    }
    return answers;
  });
  if (!measured) return undefined;
  const { tally, measurement } = measured;
  return { ...measurement, steps, predict, reconstruction: tally.metricsOf('reconstruction') };
}

/** Metrics of a model that is shown `context` frames and then fed its own predictions. None when no clip is long enough. */
export async function measureRollout(
  engine: Engine,
  source: FrameSource,
  { context, horizon, ...options }: MeasureOptions & { context: number; horizon: number },
): Promise<Rollout | undefined> {
  const predictor = new Predictor(engine);
  const measured = await measureClips(source, context + horizon, options, async (frames) => {
    predictor.reset();
    let expected = frames[0]!;
    for (const frame of frames.slice(0, context)) expected = await predictor.watch(frame);
    const answers: Named<HostArray>[] = [];
    for (const [step, prediction] of (await predictor.rollout(expected, horizon)).entries())
      answers.push(await measure(engine, prediction, frames, context - 1, step + 1));
    return answers;
  });
  return measured && { ...measured.measurement, context, horizon };
}

async function measureClips(
  source: FrameSource,
  length: number,
  { split, batch: size, batches = Number.POSITIVE_INFINITY, onClips }: MeasureOptions,
  answersTo: (frames: FrameValues[]) => Promise<Named<HostArray>[]>,
): Promise<{ tally: MetricsTally; measurement: Measurement } | undefined> {
  let tally: MetricsTally | undefined;
  let valuesPerFrame = 0;
  let seen = 0;
  const clips: MeasuredClip[] = [];
  for await (const batch of heldOutBatches(source, split, { steps: length - 1, prefetch: 1 }, size)) {
    valuesPerFrame = batch.shape[2] * batch.shape[3] * batch.shape[4];
    tally ??= new MetricsTally(valuesPerFrame);
    // Now: the memory of a batch is used again.
    if (onClips) clips.push(...measuredClips(batch));
    tally.add(await answersTo(framesByTime(batch)), batch.clips.length);
    if (++seen >= batches) break;
  }
  if (!tally) return undefined;
  onClips?.(clips, tally);
  const [model, copyLast, linear] = [
    tally.metricsOf('model'),
    tally.metricsOf('copyLast'),
    tally.metricsOf('linear'),
  ];
  return { tally, measurement: { clips: tally.clips, valuesPerFrame, model, copyLast, linear } };
}

function measuredClips({ data, shape, clips }: Batch): MeasuredClip[] {
  const size = data.length / shape[0];
  return clips.map(({ source, times }, at) => ({
    id: createHash('sha256')
      .update(data.subarray(at * size, (at + 1) * size))
      .digest('hex')
      .slice(0, 16),
    source,
    time: times[0] ?? 0,
  }));
}

/** A prediction of the frame `ahead` frames after frame `t`, the last true one shown. */
function measure(
  engine: Engine,
  prediction: FrameValues,
  frames: readonly FrameValues[],
  t: number,
  ahead: number,
): Promise<Named<HostArray>> {
  const last = frames[t]!;
  const before = frames[t - 1] ?? last;
  return engine.run('measure', { prediction, truth: frames[t + ahead]!, last, before, ahead });
}
