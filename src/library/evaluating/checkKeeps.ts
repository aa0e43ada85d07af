import { ForeframeError } from '../../common/errors.js';
import { checkWritable } from '../../common/files/checkWritable.js';
import type { RunFolder } from '../../runs/runFolder.js';

/** @throws ForeframeError before anything is measured, where the answer could not be kept */
export async function checkKeeps(run: RunFolder): Promise<void> {
  try {
    await checkWritable(run.evaluation);
  } catch (error) {
    if (!(error instanceof ForeframeError) || error.code !== 'not-writable') throw error;
    const reason = error.message.split(': ')[1] ?? 'it cannot be written';
    throw new ForeframeError(
      `cannot write ${run.evaluation}: ${reason}, and nothing was measured yet: evaluate a copy of the run folder in a place of your own`,
      { cause: error, code: error.code },
    );
  }
}
