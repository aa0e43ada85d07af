import { shellWord } from '../common/text/shellWord.js';
import type { RunFolder } from './runFolder.js';

/**
 * Say it where the weights to use are those that the training began with: no step did better on the validation split. Whatever is
 * measured with them is nothing that the run learned. What is wrong with a checkpoint is said by whoever reads its weights.
 */
export async function noteFirstWeights(
  run: RunFolder,
  onNote: ((note: string) => void) | undefined,
): Promise<void> {
  if (!onNote) return;
  const position = await run.bestPosition().catch(() => undefined);
  if (position?.step === 0) onNote(firstWeightsNote(run.path));
}

export function firstWeightsNote(path: string): string {
  return (
    `warning: ${path} has learned nothing yet: none of its steps did better on the validation split than the weights that it ` +
    `began with, and those are used. Train it longer, with --resume --run ${shellWord(path)} and a larger budget`
  );
}
