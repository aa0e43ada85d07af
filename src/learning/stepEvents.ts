import type { PipelineConfig } from '../config/config.js';
import { AdversarialBalance, adversarialFigures } from '../methods/prediction/adversarialBalance.js';
import type { TrainingEvent } from './trainingEvent.js';

type StepEvent = Extract<TrainingEvent, { kind: 'step' }>;

/** Takes a step, and what the step measured besides its loss, and makes events of them. */
export type StepEvents = (
  step: Omit<StepEvent, 'kind' | 'adversarial'>,
  more: Readonly<Record<string, number>>,
) => void;

/** Where the training is adversarial, its balance is watched over all steps too. */
export function stepEvents(
  { name }: PipelineConfig['method'],
  onEvent: ((event: TrainingEvent) => void) | undefined,
): StepEvents {
  if (name !== 'adversarial') return (step) => onEvent?.({ kind: 'step', ...step });
  const balance = new AdversarialBalance();
  return (step, more) => {
    const figures = adversarialFigures(more);
    onEvent?.({ kind: 'step', ...step, adversarial: figures });
    const oneSided = balance.add(figures.discriminatorAccuracy);
    if (oneSided) onEvent?.({ kind: 'one-sided', position: step.position, ...oneSided });
  };
}
