import type { PipelineConfig } from '../../src/config/config.js';
import { checkConfig } from '../../src/config/loadConfig.js';
import type { Candidate, Frames } from './candidates.js';

/** What one training of the bench is of. */
export interface Trial {
  readonly candidate: Candidate;
  readonly frames: Frames;
}

/** Frames watched before a rollout, and frames expected in it. */
export const CONTEXT = 10;
export const HORIZON = 10;
/** Batches of the validation split that are looked at while training. */
export const VALIDATION_BATCHES = 8;
/** Seconds of training between two looks at the validation split. */
export const VALIDATE_SECONDS = 10;
/** Bits do not depend on how many cores are free. */
const ONE_THREAD = 1;

/** How a trial is trained: the last fifth of the video tests, the fifth before it chooses, and the same clips test every candidate. */
export function trialConfig(
  { candidate, frames: { size, height = size, color } }: Trial,
  run: {
    readonly video: string;
    readonly duration?: number;
    readonly seed: number;
    readonly steps: number;
    readonly validateEvery: number;
  },
): PipelineConfig {
  const { data, model, method, training } = candidate;
  return checkConfig(
    {
      name: candidate.name,
      seed: run.seed,
      threads: ONE_THREAD,
      data: {
        videos: [run.video],
        duration: run.duration,
        split: { by: 'time', train: 0.6, validation: 0.2 },
        width: size,
        height,
        color,
        steps: CONTEXT,
        ...data,
      },
      model,
      ...(method && { method }),
      training: {
        ...training,
        steps: run.steps,
        validateEvery: run.validateEvery,
        validationBatches: VALIDATION_BATCHES,
        checkpointEvery: Math.max(1, run.steps),
      },
    },
    `bench own-video, ${candidate.name}`,
  );
}
