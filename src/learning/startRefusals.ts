import { ForeframeError, InterruptedError } from '../common/errors.js';
import type { PipelineConfig } from '../config/config.js';
import type { FrameSource } from '../stream/frameSource.js';

/** The training split does not fill one batch. */
export function tooFewClips(config: PipelineConfig, source: FrameSource): ForeframeError {
  const { data, training } = config;
  return new ForeframeError(
    `${source.description}: the training part is too short for one batch of ${training.batch} clips of ` +
      `${data.steps + 1} frames; use a longer video, or lower training.batch, data.steps or data.stride`,
  );
}

/** Of work that was stopped before there was anything to keep. */
export function stoppedBeforeTraining(cause?: unknown): InterruptedError {
  return new InterruptedError('stopped before training began: there was nothing to save', { cause });
}
