import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Stretch } from './timeSplit.js';

/** A checksum of which files or rows are in the validation and in the test split, whatever their order. */
export function heldOutChecksum(names: Readonly<Record<'validation' | 'test', readonly string[]>>): string {
  const held = [names.validation, names.test].map((each) => [...each].sort());
  return checksumOf(held);
}

/** Checksum of the stretches that are tested, by the names of their files as well. */
export function testedChecksum(stretches: readonly Stretch[]): string {
  const parts = stretches.map(({ source, start, duration, frames }) => [
    ...[basename(source.name), start ?? null, duration ?? null, frames],
  ]);
  return checksumOf(parts);
}

/** By which a change of what can be written as JSON is noticed. */
export function checksumOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

/**
 * The line for people where a run's data are no longer split as they were when it began: what was trained on may be tested on.
 * @param before nothing of a run of an older foreframe, or where nothing has been trained yet
 */
export function noteOfChange(data: string, before: string | undefined, now: string): string | undefined {
  if (before === undefined || before === now) return undefined;
  return (
    `warning: ${data}: other clips are held out than when the run began, and what it was trained on may be among its test clips: ` +
    'put back what was there, or train anew'
  );
}
