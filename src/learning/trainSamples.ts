import type { SampleConfig } from '../config/sampleConfig.js';
import type { Engine } from '../engine/engine.js';
import { TEACHER_PREFIX } from '../methods/parts/teacher.js';
import { createNetwork } from '../models/index.js';
import type { Position } from '../runs/checkpoint.js';
import type { RunFolder } from '../runs/runFolder.js';
import type { SampleData } from '../samples/sampleData.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
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
export async function trainSamples({ config, data, ...options }: TrainSamplesOptions): Promise<Position> {
  const { run, engine, resume } = options;
  const learner = sampleLearner(config, data, engine);
  const begun = resume && run.lastSaved() !== undefined;
  const start = begun ? undefined : await fittedState(config, data, engine);
  return learn({ ...options, learner, training: config.training, ...(start && { start }) });
}

/** The first weights, with those values that follow from the training images; nothing where the network has none. */
async function fittedState(
  { model }: SampleConfig,
  { train }: SampleData,
  engine: Engine,
): Promise<Named<HostArray> | undefined> {
  const { count, frames = 1, side, channels, images } = train;
  const shape = { height: side, width: side, channels };
  const fitted = createNetwork(model, shape).encoder?.fit?.({ ...shape, count: count * frames, images });
  if (!fitted) return undefined;
  const state = await engine.state();
  // Of a method with a teacher: its weights begin as the student's.
  const all = Object.entries(fitted).flatMap(([name, value]) => [
    [name, value] as const,
    [TEACHER_PREFIX + name, value] as const,
  ]);
  return { ...state, ...Object.fromEntries(all.filter(([name]) => Object.hasOwn(state, name))) };
}
