import type { TrainingConfig } from './config.js';
import { scheduleFactor } from './schedule.js';

/** What the train entry is fed besides clips: the learning rates at `progress`, from 0 to 1. */
export function learningRatesAt({ learningRate, schedule, adversarial }: TrainingConfig, progress: number) {
  const factor = scheduleFactor(schedule, progress);
  return {
    learningRate: learningRate * factor,
    ...(adversarial && { discriminatorLearningRate: adversarial.discriminator.learningRate * factor }),
  };
}
