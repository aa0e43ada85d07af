import type { SampleConfig } from '../config/sampleConfig.js';
import type { Engine } from '../engine/engine.js';
import type { Position } from '../runs/checkpoint.js';
import type { RunFolder } from '../runs/runFolder.js';
import type { SampleData } from '../samples/sampleData.js';
import { learn } from './learn.js';
import type { LearningEvent } from './learner.js';
import { type SampleLearnerValidation, sampleLearner } from './sampleLearner.js';

/** What happened in a training on images or short clips. */
export type SampleEvent = LearningEvent<SampleLearnerValidation>;

export interface TrainSamplesOptions {
  readonly run: RunFolder;
  readonly config: SampleConfig;
  readonly data: SampleData;
  readonly engine: Engine;
  /** Go on from the last checkpoint, when there is one. */
  readonly resume?: boolean;
  /** Aborting saves the state and ends training with an InterruptedError. */
  readonly signal?: AbortSignal;
  /** Whether somebody wants the state saved now; asked after each step. */
  readonly takeSave?: () => boolean;
  readonly onEvent?: (event: SampleEvent) => void;
}

/** Learn from a set of images or short clips by the pipeline's method. @throws what `learn` throws */
export function trainSamples({ config, data, ...options }: TrainSamplesOptions): Promise<Position> {
  const learner = sampleLearner(config, data, options.engine);
  return learn({ ...options, learner, training: config.training });
}
