import type { Watching } from '../library/watching.js';
import { type MeasuredRow, measureRows } from './measured.js';
import { type FewLabelsPlan, type PreparedBenchmark, prepareBenchmark } from './plan.js';
import { collectRows } from './progress.js';
import { type BenchmarkFiles, writeResults } from './results.js';
import { trainRows } from './trainRows.js';

export interface FewLabelsOptions extends FewLabelsPlan, Watching {
  /** Folder of the benchmark: a run folder for each training, and the results; `runs/few-labels-<dataset>-<labels>` by default. */
  readonly out?: string;
  /** Minutes of training for all rows together, earlier calls included; a row that they do not reach for says its cost. */
  readonly budget?: number;
  /** Train nothing: the table of what is there. */
  readonly collect?: boolean;
}

/** A benchmark, as far as it could be made. */
export interface Benchmarked extends BenchmarkFiles {
  readonly prepared: PreparedBenchmark;
  readonly rows: readonly MeasuredRow[];
  /** Trainings that failed, one line each. */
  readonly failures: readonly string[];
}

/**
 * Train every method for few labels on one network with the same budget, over draws of labels and seeds, and put what they come to
 * into one table beside supervised only. What is trained is not trained again, and what was interrupted goes on.
 * @throws UsageError or ForeframeError of one line before anything is trained; InterruptedError when `signal` was aborted, after saving
 */
export async function benchmarkFewLabels(options: FewLabelsOptions): Promise<Benchmarked> {
  const { out, budget, collect = false, signal, onProgress, onNote, ...plan } = options;
  const watching = { signal, onProgress, onNote };
  const prepared = await prepareBenchmark(plan, out);
  const progress = await collectRows(prepared);
  const seconds = budget === undefined ? undefined : 60 * budget;
  if (!collect) await trainRows(prepared, progress, seconds, watching);
  const rows = await measureRows(prepared, progress, watching);
  const files = await writeResults(prepared, rows, progress);
  const failures = [...progress.failures].map(([run, reason]) => `${run.prepared.run.name}: ${reason}`);
  return { prepared, rows, failures, ...files };
}
