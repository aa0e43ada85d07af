import { availableParallelism, loadavg } from 'node:os';
import { InterruptedError } from '../common/errors.js';
import { makeFolder } from '../common/files/makeFolder.js';
import type { Watching } from '../library/watching.js';
import { trainApart } from '../sweep/trainApart.js';
import { type Remaining, remaining, TrainingClock } from './clock.js';
import { costText, rowSeconds, secondsLeftOf, secondsOf, secondsPerStep, trainedSoFar } from './cost.js';
import type { PlannedRow, PreparedBenchmark, RowRun } from './plan.js';
import type { Progress } from './progress.js';

/**
 * Train what is missing, one training after the other: side by side they would not have the same minutes. The first draw of every
 * row comes before the second of any, so that rows can be compared early.
 * @param budget seconds of training for all of them, earlier calls included; a row begins where it can end
 * @throws InterruptedError when `signal` was aborted, after saving
 */
export async function trainRows(
  benchmark: PreparedBenchmark,
  progress: Progress,
  budget: number | undefined,
  { signal = new AbortController().signal, onProgress, onNote }: Watching,
): Promise<void> {
  await makeFolder(benchmark.out);
  const { outcomes, failures, unaffordable } = progress;
  const total = benchmark.rows.reduce((sum, { runs }) => sum + runs.length, 0);
  const left = () => (budget === undefined ? Number.POSITIVE_INFINITY : budget - spent(benchmark));
  let ended = outcomes.size;
  const clock = new TrainingClock();
  const say = (row: PlannedRow, run: RowRun, share: number, work?: Remaining) => {
    const text = `${ended} of ${total} trainings; ${row.row.name}, draw ${run.draw}, seed ${run.seed}`;
    const secondsLeft = work && clock.left(work, share);
    onProgress?.({
      task: 'benchmark',
      done: ended + share,
      total,
      text,
      ...(secondsLeft !== undefined && { secondsLeft }),
    });
  };
  if (outcomes.size < total) noteLoad(onNote);
  for (const { row, run } of inTurn(benchmark.rows)) {
    if (outcomes.has(run)) continue;
    if (!unaffordable.has(row)) noteCost(row, benchmark, progress, left(), budget);
    if (unaffordable.has(row)) {
      ended++;
      continue;
    }
    const work = remaining(benchmark, progress, run);
    say(row, run, 0, work);
    const before = { time: performance.now(), trained: trainedSoFar(run)?.seconds ?? 0 };
    const stopping = deadline(signal, run, row, left());
    const apart = await trainApart(row.sweep!, run.prepared, {
      signal: stopping.signal,
      threads: availableParallelism(),
      onShare: (share) => say(row, run, share, work),
    });
    stopping.clear();
    clock.add((trainedSoFar(run)?.seconds ?? 0) - before.trained, (performance.now() - before.time) / 1000);
    if (signal.aborted)
      throw new InterruptedError(
        `stopped; ${outcomes.size} of ${total} trainings are done, what another has learned is saved: go on with the same command`,
      );
    if (apart.outcome) outcomes.set(run, apart.outcome);
    if (apart.failure !== undefined) {
      failures.set(run, apart.failure);
      onNote?.(`${run.prepared.run.name} failed: ${apart.failure}`);
    }
    if (apart.stopped && budget !== undefined) unaffordable.set(row, costNote(row, budget));
    ended++;
    say(row, run, 0);
  }
}

/** Where other programs take the processor, the same minutes are less work, and not the same in each training. */
function noteLoad(onNote: Watching['onNote']): void {
  const cores = availableParallelism();
  const [load = 0] = loadavg();
  if (load < cores / 2) return;
  onNote?.(
    `other programs use this machine (load ${load.toFixed(1)} on ${cores} cores): the same minutes are not the same work; --steps are`,
  );
}

/** The runs of all rows, draw by draw. */
function inTurn(rows: readonly PlannedRow[]): { readonly row: PlannedRow; readonly run: RowRun }[] {
  const most = Math.max(0, ...rows.map(({ runs }) => runs.length));
  return Array.from({ length: most }, (_, at) =>
    rows.flatMap((row) => (row.runs[at] ? [{ row, run: row.runs[at] }] : [])),
  ).flat();
}

/** Seconds of training that all rows have taken. */
function spent({ rows }: PreparedBenchmark): number {
  return rows
    .flatMap(({ runs }) => runs)
    .reduce((sum, run) => {
      const { seconds = Number.POSITIVE_INFINITY } = run.config.training;
      // The step that ends a training goes past its seconds.
      return sum + Math.min(seconds, trainedSoFar(run)?.seconds ?? 0);
    }, 0);
}

/** A row is left out where the rest of it, and of those before it, does not fit into what is left. */
function noteCost(
  row: PlannedRow,
  { rows }: PreparedBenchmark,
  { outcomes, unaffordable }: Progress,
  left: number,
  budget: number | undefined,
): void {
  if (budget === undefined) return;
  const missing = (each: PlannedRow) => {
    const perStep = secondsPerStep(each);
    return each.runs
      .filter((run) => !outcomes.has(run))
      .reduce((sum, run) => sum + (secondsLeftOf(run, perStep) ?? 0), 0);
  };
  const before = rows.slice(0, rows.indexOf(row)).filter((each) => !unaffordable.has(each));
  const wanted = [...before, row].reduce((sum, each) => sum + missing(each), 0);
  if (wanted <= left && left > 0) return;
  unaffordable.set(row, costNote(row, budget));
}

function costNote(row: PlannedRow, budget: number): string {
  const cost = rowSeconds(row);
  const known = cost === undefined ? 'its cost is not known yet' : `costs ${costText(cost)} of training`;
  return `${known}; the budget is ${costText(budget)} for all rows`;
}

/** A training whose cost nobody knows yet ends with the budget at the latest; what it has logged is its measure. */
function deadline(
  signal: AbortSignal,
  run: RowRun,
  row: PlannedRow,
  left: number,
): { readonly signal: AbortSignal; clear(): void } {
  if (!Number.isFinite(left) || secondsOf(run, secondsPerStep(row)) !== undefined)
    return { signal, clear: () => {} };
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), 1000 * left);
  return { signal: AbortSignal.any([signal, over.signal]), clear: () => clearTimeout(timer) };
}
