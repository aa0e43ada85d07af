import { secondsLeftOf, secondsOf, secondsPerStep } from './cost.js';
import type { PreparedBenchmark, RowRun } from './plan.js';
import type { Progress } from './progress.js';

/** Seconds of training that are left: of a run under way from its beginning in this call, and of all others. */
export interface Remaining {
  readonly own: number;
  readonly others: number;
}

/** What is left as `under` begins; nothing while the cost of a row is not known. */
export function remaining(
  { rows }: PreparedBenchmark,
  { outcomes, failures, unaffordable }: Progress,
  under: RowRun,
): Remaining | undefined {
  let [own, others] = [0, 0];
  for (const row of rows) {
    if (unaffordable.has(row)) continue;
    const perStep = secondsPerStep(row);
    for (const run of row.runs) {
      if (outcomes.has(run) || failures.has(run)) continue;
      const left = run === under ? secondsOf(run, perStep) : secondsLeftOf(run, perStep);
      if (left === undefined) return undefined;
      if (run === under) own = left;
      else others += left;
    }
  }
  return { own, others };
}

/** How long trainings take by the clock, from their start to their test, for each second of training. */
export class TrainingClock {
  #trained = 0;
  #passed = 0;

  /** @param trained seconds of training in this call, @param passed seconds of the clock */
  add(trained: number, passed: number): void {
    this.#trained += trained;
    this.#passed += passed;
  }

  /** Seconds until all is done, by what has ended in this call; nothing before that. @param share of the run under way */
  left({ own, others }: Remaining, share: number): number | undefined {
    if (this.#trained <= 0) return undefined;
    return ((own * (1 - share) + others) * this.#passed) / this.#trained;
  }
}
