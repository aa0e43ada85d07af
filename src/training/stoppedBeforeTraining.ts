import { InterruptedError } from '../common/errors.js';

/** Of work that was stopped before there was anything to keep. */
export function stoppedBeforeTraining(cause?: unknown): InterruptedError {
  return new InterruptedError('stopped before training began: there was nothing to save', { cause });
}
