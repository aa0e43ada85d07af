import { existsSync } from 'node:fs';
import { type Evaluation, readEvaluation } from '../evaluation/evaluateRun.js';
import { readSampleEvaluation, type SampleEvaluation } from '../evaluation/sampleEvaluation.js';
import type { TrainChoice } from '../library/train.js';
import { finishedCheckpoint } from '../runs/finishedRun.js';
import { readMetrics } from '../runs/metricsLog.js';
import { RunFolder } from '../runs/runFolder.js';

/** A figure of a sweep's table, and which reading of it is the best. */
export interface Figure {
  readonly name: string;
  readonly best: 'lowest' | 'highest';
}

/** What a run of a sweep came to. */
export interface Outcome {
  /** Of the weights that are measured. */
  readonly step: number;
  /** By which the best cell is chosen: the lower, the better. */
  readonly validation: number;
  /** On the test split, by the name of the figure. */
  readonly test: Readonly<Record<string, number>>;
  /** Of copying the last frame, on the same clips; of clips only. */
  readonly copyLast?: Readonly<Record<string, number>>;
}

/** Test figures of runs on clips. Errors are per pixel value. */
export const CLIP_FIGURES: readonly Figure[] = [
  { name: 'test MSE', best: 'lowest' },
  { name: 'test SSIM', best: 'highest' },
  { name: 'test PSNR dB', best: 'highest' },
  { name: 'rollout MSE', best: 'lowest' },
];
export const IMAGE_FIGURES: readonly Figure[] = [{ name: 'test error %', best: 'lowest' }];

/** What a run came to that is trained as far as `wanted` says, and measured; nothing of any other. */
export async function outcomeOf(wanted: TrainChoice): Promise<Outcome | undefined> {
  if (!existsSync(wanted.folder)) return undefined;
  const run = await RunFolder.open(wanted.folder).catch(() => undefined);
  if (!run) return undefined;
  const last = await finishedCheckpoint(run, wanted.config, wanted.config).catch(() => undefined);
  if (!last) return undefined;
  if (wanted.kind === 'clips') {
    const kept = await readEvaluation(run).catch(() => undefined);
    return kept && clipOutcome(run, kept);
  }
  const kept = await readSampleEvaluation(run, wanted.config).catch(() => undefined);
  return kept?.last.step === last.position.step ? sampleOutcome(kept) : undefined;
}

function clipOutcome(run: RunFolder, { step, trained, rollout }: Evaluation): Outcome {
  // Training logs errors summed over a frame.
  const logged = readMetrics(run.metrics).findLast(
    (record) => record.step === step && 'validation' in record,
  );
  const figures = (who: 'model' | 'copyLast') => ({
    'test MSE': trained[who].meanSquaredError.mean,
    ...(trained[who].ssim && { 'test SSIM': trained[who].ssim.mean }),
    'test PSNR dB': trained[who].psnr.mean,
    ...(rollout && { 'rollout MSE': rollout[who].meanSquaredError.mean }),
  });
  return {
    step,
    validation: (logged?.validation ?? Number.NaN) / trained.valuesPerFrame,
    test: figures('model'),
    copyLast: figures('copyLast'),
  };
}

function sampleOutcome(evaluation: SampleEvaluation): Outcome {
  const { best } = evaluation;
  if (evaluation.kind === 'task') {
    const { step, validation, test } = evaluation.best;
    return { step, validation, test: { 'test error %': test } };
  }
  const { network, best: weights } = evaluation;
  const { [network]: validation } = weights.validation;
  return { step: best.step, validation, test: { 'test error %': weights.test[network] } };
}
