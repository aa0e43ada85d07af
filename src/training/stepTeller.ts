import { AdversarialBalance, adversarialFigures } from './adversarialBalance.js';
import type { TrainingConfig } from './config.js';
import type { TrainingEvent } from './trainingEvent.js';

type StepEvent = Extract<TrainingEvent, { kind: 'step' }>;

/** Told of a step, and of what the step measured besides its loss. */
export type StepTeller = (
  step: Omit<StepEvent, 'kind' | 'adversarial'>,
  more: Readonly<Record<string, number>>,
) => void;

/** Makes events of steps; where the training is adversarial, it watches its balance over all of them. */
export function stepTeller(
  { adversarial }: TrainingConfig,
  onEvent: ((event: TrainingEvent) => void) | undefined,
): StepTeller {
  if (!adversarial) return (step) => onEvent?.({ kind: 'step', ...step });
  const balance = new AdversarialBalance();
  return (step, more) => {
    const figures = adversarialFigures(more);
    onEvent?.({ kind: 'step', ...step, adversarial: figures });
    const oneSided = balance.add(figures.discriminatorAccuracy);
    if (oneSided) onEvent?.({ kind: 'one-sided', position: step.position, ...oneSided });
  };
}
