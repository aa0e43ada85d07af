import { type Outcome, outcomeOf } from '../sweep/cellOutcome.js';
import type { PlannedRow, PreparedBenchmark, RowRun } from './plan.js';

/** What became of the trainings of a benchmark. */
export interface Progress {
  readonly outcomes: Map<RowRun, Outcome>;
  /** One line each. */
  readonly failures: Map<RowRun, string>;
  /** Rows that the budget does not reach for, with what they would cost in one line. */
  readonly unaffordable: Map<PlannedRow, string>;
}

/** What is kept of earlier calls; nothing is trained. */
export async function collectRows({ rows }: PreparedBenchmark): Promise<Progress> {
  const outcomes = new Map<RowRun, Outcome>();
  for (const run of rows.flatMap(({ runs }) => runs)) {
    const outcome = await outcomeOf(run.prepared.choice);
    if (outcome) outcomes.set(run, outcome);
  }
  return { outcomes, failures: new Map(), unaffordable: new Map() };
}
