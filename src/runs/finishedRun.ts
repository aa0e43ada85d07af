import { type Checkpoint, loadCheckpoint, type Position } from './checkpoint.js';
import type { RunFolder } from './runFolder.js';

/** When training ends: at the first of these. */
export interface Budget {
  readonly steps?: number;
  readonly epochs?: number;
  readonly seconds?: number;
}

/** How much of the training is done, from 0 to 1 and above. */
export function progressOf(position: Position, { steps, epochs, seconds }: Budget): number {
  return Math.max(
    steps ? position.step / steps : 0,
    epochs ? position.epoch / epochs : 0,
    seconds ? position.seconds / seconds : 0,
  );
}

/**
 * The last checkpoint of a finished run: neither its own limit nor the current one leaves anything to train. Its
 * last validation has been done.
 */
export async function finishedCheckpoint(
  run: RunFolder,
  saved: { readonly training: Budget },
  wanted: { readonly training: Budget },
): Promise<Checkpoint | undefined> {
  const path = run.lastSaved();
  if (path === undefined) return undefined;
  const checkpoint = await loadCheckpoint(path);
  const { position } = checkpoint;
  const over = [saved, wanted].every(({ training }) => progressOf(position, training) >= 1);
  return over && !position.validationDue ? checkpoint : undefined;
}
