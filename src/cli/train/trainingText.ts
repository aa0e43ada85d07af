import type { TrainEvent } from '../../library/training/trainEvent.js';
import type { Watching } from '../../library/watching.js';
import type { AdversarialFigures } from '../../methods/prediction/adversarialBalance.js';

/** Draw what happens in a training. */
export function showTraining(
  event: TrainEvent,
  { onNote, onProgress }: Required<Omit<Watching, 'signal'>>,
): void {
  if (event.kind === 'started')
    onNote(`seed ${event.seed} · ${event.source} · ${event.device} · ${event.folder}`);
  if (event.kind === 'resumed') onNote(`resumed at step ${event.position.step}`);
  if (event.kind === 'anew') onNote('nothing was saved of this run: it begins again, at step 0');
  if (event.kind === 'skipping') onNote(`reading past ${event.batches} batches that were already trained on`);
  if (event.kind === 'step')
    onProgress({ task: 'training', done: event.progress, total: 1, text: stepText(event) });
  if (event.kind === 'one-sided') onNote(`warning: step ${event.position.step}: ${event.advice}`);
  if (event.kind === 'validation') {
    const mark = event.best ? ' (best so far)' : '';
    onNote(`step ${event.position.step}: ${validationText(event)}${mark}`);
  }
}

function stepText(event: TrainEvent & { readonly kind: 'step' }): string {
  const { step } = event.position;
  if (event.of === 'images') {
    const { numbers, perSecond } = event;
    return `step ${step} | loss ${numbers.loss?.toPrecision(4)} | ${perSecond.toFixed(0)} images/s`;
  }
  const { loss, adversarial, framesPerSecond } = event;
  const losses = `loss ${loss.toPrecision(4)}${adversarial ? ` (${adversarialText(adversarial)})` : ''}`;
  return `step ${step} | ${losses} | ${framesPerSecond.toFixed(0)} frames/s`;
}

function validationText(event: TrainEvent & { readonly kind: 'validation' }): string {
  if (event.of === 'images') return event.validation.text;
  const { error, errors } = event;
  return error === errors.reconstruction
    ? `validation error of the reconstruction ${error.toPrecision(3)}`
    : `validation error ${error.toPrecision(3)}, copy-last ${errors.copyLast.toPrecision(3)}`;
}

function adversarialText(figures: AdversarialFigures): string {
  const { mse, adversarial, discriminatorLoss, discriminatorAccuracy } = figures;
  const parts = `mse ${mse.toPrecision(4)}, adversarial ${adversarial.toPrecision(3)}`;
  const right = `${(discriminatorAccuracy * 100).toFixed(0)} % right`;
  return `${parts}; discriminator ${discriminatorLoss.toPrecision(3)}, ${right}`;
}
