import type { FrameSource, Split } from '../stream/frameSource.js';
import { heldOutBatches } from './batches.js';
import type { PipelineConfig } from './config.js';
import type { Engine } from './engine.js';

/** Squared error summed over a frame's values (pixels × channels, in [0, 1]²), mean over predictions and clips. */
export interface SplitErrors {
  readonly model: number;
  /** Of taking the last frame for the next. */
  readonly copyLast: number;
  /** Of going on at each pixel as from the frame before to the last one. */
  readonly linear: number;
  readonly clips: number;
  /** Values in a frame: divide by it for the mean squared error. */
  readonly valuesPerFrame: number;
  /** The model's error at each prediction of a clip, first to last. */
  readonly byStep: { readonly model: number[]; readonly copyLast: number[]; readonly linear: number[] };
}

const PREDICTORS = ['model', 'copyLast', 'linear'] as const;

/**
 * Teacher-forced errors over a held-out split: every prediction is made from true frames.
 * @param limit look at the first so many batches only
 */
export async function errorsOf(
  engine: Engine,
  source: FrameSource,
  split: Split,
  config: Pick<PipelineConfig, 'data' | 'training'>,
  limit: { batches?: number } = {},
): Promise<SplitErrors> {
  const { steps } = config.data;
  const sums = { model: zeros(steps), copyLast: zeros(steps), linear: zeros(steps) };
  let clips = 0;
  let batches = 0;
  let valuesPerFrame = 0;
  for await (const batch of heldOutBatches(source, split, config.data, config.training.batch)) {
    const errors = await engine.run('evaluate', { clips: batch.data });
    // Only the clips that are there: the rest of a last batch repeats one of them.
    for (const predictor of PREDICTORS) addUp(sums[predictor], errors[predictor]!.data, batch.clips.length);
    clips += batch.clips.length;
    valuesPerFrame = batch.shape[2] * batch.shape[3] * batch.shape[4];
    if (++batches === limit.batches) break;
  }
  const byStep = {
    model: sums.model.map((sum) => sum / clips),
    copyLast: sums.copyLast.map((sum) => sum / clips),
    linear: sums.linear.map((sum) => sum / clips),
  };
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / steps;
  return {
    model: mean(byStep.model),
    copyLast: mean(byStep.copyLast),
    linear: mean(byStep.linear),
    clips,
    valuesPerFrame,
    byStep,
  };
}

function addUp(sums: number[], errors: ArrayLike<number>, clips: number): void {
  for (let clip = 0; clip < clips; clip++) {
    for (let t = 0; t < sums.length; t++) sums[t]! += errors[clip * sums.length + t]!;
  }
}

function zeros(length: number): number[] {
  return new Array<number>(length).fill(0);
}
