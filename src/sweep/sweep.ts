import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InterruptedError, UsageError } from '../common/errors.js';
import { atomicWrite } from '../common/files/atomicWrite.js';
import { makeFolder } from '../common/files/makeFolder.js';
import { mapAtMost } from '../common/mapAtMost.js';
import type { PipelineKind } from '../config/pipelineKind.js';
import type { Watching } from '../library/watching.js';
import { CLIP_FIGURES, IMAGE_FIGURES, type Outcome, outcomeOf } from './cellOutcome.js';
import type { SweepPlan } from './plan.js';
import { type PreparedSweep, prepareSweep } from './prepare.js';
import { sweepCsv } from './sweepCsv.js';
import { writeSweepPage } from './sweepPage.js';
import { sweepPredictions } from './sweepPredictions.js';
import { type SweepTable, sweepTable, type TriedRun } from './sweepTable.js';
import { trainApart } from './trainApart.js';

export interface SweepOptions extends SweepPlan, Watching {
  /** Folder of the sweep: a run folder for each cell and seed, `sweep.csv` and `sweep.html`; `runs/<name>-sweep` by default. */
  readonly out?: string;
  /** Trainings side by side, each in a process of its own, which share the cores; 1 by default. */
  readonly jobs?: number;
  /** Train nothing: the table of what is there. */
  readonly collect?: boolean;
}

/** A sweep that was made, as far as its runs could be. */
export interface Swept {
  readonly kind: PipelineKind;
  readonly out: string;
  readonly table: SweepTable;
  readonly tried: readonly TriedRun[];
  /** Paths. */
  readonly page: string;
  readonly csv: string;
}

/**
 * Train a pipeline once for each combination of settings and each seed, and put what they come to into one table: chosen by the
 * validation split, reported on the test split. What is trained and measured already is not done again, and what was interrupted
 * goes on. A run that fails does not end the others.
 * @throws UsageError or ForeframeError before anything is trained, when a setting is wrong or a folder holds something else;
 * InterruptedError when `signal` was aborted, after every process has saved
 */
export async function sweep(options: SweepOptions): Promise<Swept> {
  const { jobs = 1, collect = false } = options;
  if (!Number.isInteger(jobs) || jobs < 1) throw new UsageError(`--jobs ${jobs}: an integer from 1 on`);
  const prepared = await prepareSweep(options, options.out);
  const outcomes: Outcomes = new Map();
  for (const { run, choice } of prepared.runs) outcomes.set(run.name, await outcomeOf(choice));
  const failures = collect
    ? new Map<string, string>()
    : await trainMissing(prepared, outcomes, jobs, options);
  const tried = prepared.runs.map(({ run }): TriedRun => {
    const outcome = outcomes.get(run.name);
    const failure = failures.get(run.name);
    return { run, ...(outcome ? { outcome } : failure !== undefined && { failure }) };
  });
  return written(prepared, tried, options);
}

/** What runs came to, by their name: each checkpoint is read once, and once more when its run was trained. */
type Outcomes = Map<string, Outcome | undefined>;

/** @param outcomes those of runs that are trained are put in @returns why runs failed, by their name */
async function trainMissing(
  sweep: PreparedSweep,
  outcomes: Outcomes,
  jobs: number,
  { signal: given, onProgress, onNote }: Watching,
): Promise<Map<string, string>> {
  // First, so that a folder that cannot be made is not noticed by every run apart.
  await makeFolder(sweep.out);
  const signal = given ?? new AbortController().signal;
  const missing = sweep.runs.filter(({ run }) => !outcomes.get(run.name));
  const total = sweep.runs.length;
  const shares = new Map<string, number>();
  const failures = new Map<string, string>();
  let ended = total - missing.length;
  const say = () => {
    const under = [...shares.values()].reduce((sum, share) => sum + share, 0);
    const failed = failures.size > 0 ? `, ${failures.size} failed` : '';
    onProgress?.({ task: 'sweep', done: ended + under, total, text: `${ended} of ${total} runs${failed}` });
  };
  say();
  const side = Math.min(jobs, Math.max(1, missing.length));
  const threads = Math.max(1, Math.floor(availableParallelism() / side));
  await mapAtMost(missing, jobs, async ({ run, choice }) => {
    if (signal.aborted) return;
    const onShare = (share: number) => {
      shares.set(run.name, share);
      say();
    };
    const {
      outcome,
      stopped,
      failure: reason,
    } = await trainApart(sweep, { run, choice }, { signal, threads, onShare });
    shares.delete(run.name);
    if (stopped) return;
    outcomes.set(run.name, outcome);
    if (reason !== undefined) {
      failures.set(run.name, reason);
      onNote?.(`${run.name} failed: ${reason}`);
    }
    ended++;
    say();
  });
  if (signal.aborted)
    throw new InterruptedError(
      `stopped; ${ended - failures.size} of ${total} runs are done, what others have learned is saved: go on with the same command`,
    );
  return failures;
}

async function written(
  { plan, out, runs }: PreparedSweep,
  tried: readonly TriedRun[],
  { signal, onNote }: Watching,
): Promise<Swept> {
  const first = runs[0]!.choice;
  const table = sweepTable(tried, first.kind === 'clips' ? CLIP_FIGURES : IMAGE_FIGURES);
  const [page, csv] = [join(out, 'sweep.html'), join(out, 'sweep.csv')];
  await makeFolder(out);
  await atomicWrite(csv, sweepCsv(tried, table.figures));
  const predictions = await sweepPredictions(runs, tried, table, { signal, onNote });
  await writeSweepPage(page, { plan, first, runs, tried, table, predictions });
  return { kind: first.kind, out, table, tried, page, csv };
}
