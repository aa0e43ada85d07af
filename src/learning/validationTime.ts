import type { Position } from '../runs/checkpoint.js';

/** How often training validates: after so many steps, or so many seconds after the last validation was over. */
export type ValidateEvery = number | { readonly seconds: number };

/** Whether a validation follows the step that `position` stands at. */
export function validatesAfter(every: ValidateEvery, { step, seconds, validated }: Position): boolean {
  if (typeof every === 'number') return step % every === 0;
  return seconds - (validated?.seconds ?? 0) >= every.seconds;
}

/**
 * Whether training begins with a validation; by the clock it does: first weights that copy the last frame are hard to beat on a new
 * video, and then they are the best ones.
 */
export function validatesFirst(every: ValidateEvery, { step }: Position): boolean {
  return typeof every !== 'number' && step === 0;
}

/** Whether the weights of `position` have been validated; by steps also where the validation that follows them is still to come. */
export function isValidated(every: ValidateEvery, { step, validated }: Position): boolean {
  return typeof every === 'number' ? step % every === 0 : validated?.step === step;
}

/**
 * `position` after a validation that was over at `seconds` of training. By steps nothing is noted: the number of the step says when the
 * next one is due, and a resumed run has to have the same bits.
 */
export function afterValidation(every: ValidateEvery, position: Position, seconds: number): Position {
  const { step } = position;
  const noted = typeof every === 'number' ? undefined : { validated: { step, seconds } };
  return { ...position, validationDue: undefined, ...noted };
}
