import { readMetrics } from '../runs/metricsLog.js';
import type { PlannedRow, RowRun } from './plan.js';

/** How far a training has come. */
export interface Trained {
  readonly steps: number;
  /** Of training, looks at the validation split included. */
  readonly seconds: number;
}

/** What the log of a run says; nothing where it has not begun. */
export function trainedSoFar({ prepared }: RowRun): Trained | undefined {
  const { folder } = prepared.choice;
  const last = readMetrics(`${folder}/metrics.jsonl`).findLast((record) => record.seconds !== undefined);
  return last && { steps: last.step, seconds: last.seconds! };
}

/** Seconds of a step, over all that a row's runs have logged; nothing where none has begun. */
export function secondsPerStep({ runs }: PlannedRow): number | undefined {
  const begun = runs.flatMap((run) => trainedSoFar(run) ?? []);
  const steps = begun.reduce((sum, each) => sum + each.steps, 0);
  return steps === 0 ? undefined : begun.reduce((sum, each) => sum + each.seconds, 0) / steps;
}

/** Seconds of training that a run needs in all; of a run with a number of steps not known before one of its row has begun. */
export function secondsOf({ config }: RowRun, perStep: number | undefined): number | undefined {
  const { seconds, steps } = config.training;
  if (seconds !== undefined) return seconds;
  return perStep === undefined || steps === undefined ? undefined : steps * perStep;
}

/** Seconds of training that a run still needs; nothing where `secondsOf` has none. */
export function secondsLeftOf(run: RowRun, perStep: number | undefined): number | undefined {
  const whole = secondsOf(run, perStep);
  return whole === undefined ? undefined : Math.max(0, whole - (trainedSoFar(run)?.seconds ?? 0));
}

/** Seconds of training of a whole row, done or not. */
export function rowSeconds(row: PlannedRow): number | undefined {
  const perStep = secondsPerStep(row);
  const all = row.runs.map((run) => secondsOf(run, perStep));
  return all.every((each) => each !== undefined) ? all.reduce((sum, each) => sum + each, 0) : undefined;
}

/** 5400 → `1.5 hours`. */
export function costText(seconds: number): string {
  if (seconds < 90) return `${Number(seconds.toPrecision(2))} seconds`;
  if (seconds < 5400) return `${Number((seconds / 60).toPrecision(2))} minutes`;
  return `${Number((seconds / 3600).toPrecision(2))} hours`;
}
