import type { FrameSource, Split } from '../stream/frameSource.js';
import type { Batch } from '../stream/index.js';
import { batch, clips, Demand, fromPull, pull } from '../stream/index.js';
import type { Engine } from './engine.js';
import { type FrameValues, fromBytes, Predictor } from './predictor.js';

/** Squared error summed over a frame's values, by how many frames ahead (first entry: one frame). */
export interface RolloutErrors {
  readonly model: number[];
  /** Of repeating the last frame shown. */
  readonly copyLast: number[];
  /** Of going on at each pixel as from the last frame but one to the last. */
  readonly linear: number[];
  readonly clips: number;
}

export interface RolloutOptions {
  /** Frames shown before the model is left to itself. */
  readonly context: number;
  /** Frames it then has to expect on its own. */
  readonly horizon: number;
  readonly batchSize: number;
  /** Look at the first so many batches only. */
  readonly batches?: number;
}

/** Errors of a model that is fed its own predictions, over clips of a held-out split. */
export async function rolloutErrors(
  engine: Engine,
  source: FrameSource,
  split: Split,
  { context, horizon, batchSize, batches }: RolloutOptions,
): Promise<RolloutErrors> {
  const sums = { model: zeros(horizon), copyLast: zeros(horizon), linear: zeros(horizon) };
  let count = 0;
  let seen = 0;
  const demand = new Demand();
  const stream = fromPull((signal) => source.open(split, signal), demand).pipe(
    clips({ length: context + horizon }),
    batch(batchSize, { last: 'pad' }),
  );
  const predictor = new Predictor(engine);
  for await (const each of pull(stream, demand)) {
    const frames = framesByTime(each);
    predictor.reset();
    let expected: FrameValues = frames[0]!;
    for (const frame of frames.slice(0, context)) expected = await predictor.watch(frame);
    const rolled = await predictor.rollout(expected, horizon);
    const last = frames[context - 1]!;
    const before = frames[context - 2] ?? last;
    const real = each.clips.length / batchSize;
    for (let step = 0; step < horizon; step++) {
      const truth = frames[context + step]!;
      sums.model[step]! += squaredError(rolled[step]!, truth, real);
      sums.copyLast[step]! += squaredError(last, truth, real);
      const ahead = step + 1;
      const linear = last.map((value, i) => Math.min(Math.max(value + ahead * (value - before[i]!), 0), 1));
      sums.linear[step]! += squaredError(linear, truth, real);
    }
    count += each.clips.length;
    if (++seen === batches) break;
  }
  const mean = (values: number[]) => values.map((sum) => sum / count);
  return { model: mean(sums.model), copyLast: mean(sums.copyLast), linear: mean(sums.linear), clips: count };
}

/** `[batch, time, …]` bytes as one `[batch, …]` array in [0, 1] per time. */
export function framesByTime({ data, shape: [clipCount, time, ...frame] }: Batch): FrameValues[] {
  const size = frame.reduce((a, b) => a * b, 1);
  return Array.from({ length: time }, (_, t) => {
    const bytes = new Uint8Array(clipCount * size);
    for (let clip = 0; clip < clipCount; clip++) {
      const from = (clip * time + t) * size;
      bytes.set(data.subarray(from, from + size), clip * size);
    }
    return fromBytes(bytes);
  });
}

/** Summed over the first `share` of the batch: the clips that are there, not those that fill it up. */
function squaredError(guess: FrameValues, truth: FrameValues, share: number): number {
  let sum = 0;
  const end = Math.round(truth.length * share);
  for (let i = 0; i < end; i++) sum += (guess[i]! - truth[i]!) ** 2;
  return sum;
}

function zeros(length: number): number[] {
  return new Array<number>(length).fill(0);
}
