import type { Outcome } from './cellOutcome.js';
import { outcomeOf } from './cellOutcome.js';
import { jobArguments } from './jobLines.js';
import type { PreparedRun, PreparedSweep } from './prepare.js';
import { type ApartOptions, runApart } from './runApart.js';

/** What became of a training in a process of its own. */
export interface Apart {
  /** It saved before its end. */
  readonly stopped: boolean;
  /** Of a training that is done and measured. */
  readonly outcome?: Outcome;
  /** One line, of one that failed. */
  readonly failure?: string;
}

/** Train one run of a sweep in a process of its own, and read what it came to. */
export async function trainApart(
  sweep: Pick<PreparedSweep, 'plan' | 'out'>,
  { run, choice }: PreparedRun,
  options: ApartOptions,
): Promise<Apart> {
  const ending = await runApart(jobArguments(sweep, run), options);
  if (ending.kind === 'stopped') return { stopped: true };
  const outcome = await outcomeOf(choice);
  if (ending.kind === 'failed')
    return { stopped: false, failure: ending.reason, ...(outcome && { outcome }) };
  if (outcome) return { stopped: false, outcome };
  return { stopped: false, failure: `it was trained, and ${choice.folder} holds no evaluation of it` };
}
