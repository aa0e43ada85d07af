import { required } from '../common/required.js';
import type { PipelineConfig } from '../config/config.js';
import { heldOutBatches } from '../data/batches.js';
import type { Engine } from '../engine/engine.js';
import { clipMethodOf } from '../methods/index.js';
import type { FrameSource, Split } from '../stream/frameSource.js';
import type { Batch } from '../stream/index.js';

/** Squared error summed over a frame's values (pixels × channels, in [0, 1]²), mean over predictions and clips. */
export interface SplitErrors {
  readonly model: number;
  /** Of taking the last frame for the next. */
  readonly copyLast: number;
  /** Of going on at each pixel as from the frame before to the last one. */
  readonly linear: number;
  /** Of the model's output against the frame it watched last, for method `reconstruction`. */
  readonly reconstruction: number;
  readonly clips: number;
  /** Values in a frame: divide by it for the mean squared error. */
  readonly valuesPerFrame: number;
}

const COMPARISONS = ['model', 'copyLast', 'linear', 'reconstruction'] as const;

/**
 * Teacher-forced squared errors over a held-out split, cheap enough for every look at the validation while training: every
 * prediction is made from true frames; with `method.predict: last` only that after a clip's last frame counts.
 * @param limit look at the first so many batches only; `onBatch` hears each, whose memory is used again afterwards
 */
export async function errorsOf(
  engine: Engine,
  source: FrameSource,
  split: Split,
  config: Pick<PipelineConfig, 'data' | 'training' | 'method'>,
  limit: { batches?: number; onBatch?: (batch: Batch) => void } = {},
): Promise<SplitErrors> {
  const { steps } = config.data;
  const { batch: size } = config.training;
  const predict = clipMethodOf(config.method).predicts(config.method);
  const counted = { steps, first: predict === 'last' ? steps - 1 : 0 };
  const sums = { model: 0, copyLast: 0, linear: 0, reconstruction: 0 };
  let clips = 0;
  let batches = 0;
  let valuesPerFrame = 0;
  for await (const batch of heldOutBatches(source, split, config.data, size)) {
    limit.onBatch?.(batch);
    const errors = await engine.run('evaluate', { clips: batch.data });
    // Only the clips that are there: the rest of a last batch repeats one of them.
    for (const each of COMPARISONS)
      sums[each] += sumOf(required(errors, each).data, batch.clips.length, counted);
    clips += batch.clips.length;
    valuesPerFrame = batch.shape[2] * batch.shape[3] * batch.shape[4];
    if (++batches === limit.batches) break;
  }
  const predictions = clips * (steps - counted.first);
  return {
    model: sums.model / predictions,
    copyLast: sums.copyLast / predictions,
    linear: sums.linear / predictions,
    reconstruction: sums.reconstruction / predictions,
    clips,
    valuesPerFrame,
  };
}

/** Sum over the first `clips` of errors `[batch, steps]`, from the step `first` on. */
function sumOf(
  errors: ArrayLike<number>,
  clips: number,
  { steps, first }: { steps: number; first: number },
): number {
  let sum = 0;
  for (let clip = 0; clip < clips; clip++) {
    for (let t = first; t < steps; t++) sum += errors[clip * steps + t]!;
  }
  return sum;
}
