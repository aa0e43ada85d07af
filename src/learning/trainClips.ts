import type { PipelineConfig } from '../config/config.js';
import { interruptible } from '../data/interruptibleSource.js';
import type { Engine } from '../engine/engine.js';
import type { Position } from '../runs/checkpoint.js';
import type { RunFolder } from '../runs/runFolder.js';
import type { FrameSource } from '../stream/frameSource.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { clipLearner } from './clipLearner.js';
import { learn } from './learn.js';
import { stepEvents } from './stepEvents.js';
import type { TrainingEvent } from './trainingEvent.js';

export interface TrainClipsOptions {
  readonly run: RunFolder;
  readonly config: PipelineConfig;
  readonly source: FrameSource;
  readonly engine: Engine;
  /** Weights to start from instead of the model's own first ones; a resumed run does not look at them. */
  readonly start?: Named<HostArray>;
  /** Go on from the last checkpoint, when there is one. */
  readonly resume?: boolean;
  /** Aborting saves the state of the last whole step and ends training with an InterruptedError. */
  readonly signal?: AbortSignal;
  /** Whether somebody wants the state saved now; asked after each step. */
  readonly takeSave?: () => boolean;
  readonly onEvent?: (event: TrainingEvent) => void;
}

/**
 * Learn from the clips of a source by the pipeline's method: `learn` with a `clipLearner`, and its events as `TrainingEvent`s.
 * @throws what `learn` throws; ForeframeError when the video holds too few clips
 */
export function trainClips({
  config,
  source,
  signal,
  onEvent,
  ...options
}: TrainClipsOptions): Promise<Position> {
  const stoppable = interruptible(source, signal);
  const skipping = (batches: number) => onEvent?.({ kind: 'skipping', batches });
  const learner = clipLearner(config, stoppable, options.engine, skipping);
  const onStep = stepEvents(config.method, onEvent);
  return learn({
    ...options,
    learner,
    signal,
    training: config.training,
    onEvent(event) {
      if (event.kind === 'step') {
        const { position, numbers, perSecond, progress } = event;
        const { loss = Number.NaN, ...more } = numbers;
        onStep({ position, loss, framesPerSecond: perSecond, progress }, more);
      } else if (event.kind === 'validation') {
        const { position, validation, best } = event;
        const { errors, error } = validation;
        onEvent?.({ kind: 'validation', position, errors, error, best });
      } else onEvent?.(event);
    },
  });
}
