import { shellWord } from '../../common/text/shellWord.js';
import { BUDGET } from '../../runs/runFolder.js';

/** What to say of a run that `command` was to resume and that has nothing left to do. */
export function finishedText(
  command: string,
  folder: string,
  { step }: { step: number },
  budget: { readonly steps?: number; readonly epochs?: number; readonly seconds?: number },
): string {
  const key = BUDGET.find((each) => budget[each] !== undefined) ?? 'steps';
  const more = 2 * (budget[key] ?? step);
  return (
    `${folder} is finished, after ${step} steps: nothing was changed. To go on, give it more: ` +
    `${command} --resume --run ${shellWord(folder)} --set training.${key}=${more}`
  );
}
