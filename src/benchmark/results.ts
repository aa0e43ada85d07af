import { join } from 'node:path';
import { stringify } from 'yaml';
import { atomicWrite } from '../common/files/atomicWrite.js';
import { readYaml } from '../config/readYaml.js';
import { writeReport } from '../report/pages/page.js';
import { IMAGE_FIGURES } from '../sweep/cellOutcome.js';
import { sweepCsv } from '../sweep/sweepCsv.js';
import { trainedSoFar } from './cost.js';
import { learningCurves } from './curves.js';
import type { MeasuredRow } from './measured.js';
import type { PreparedBenchmark } from './plan.js';
import type { Progress } from './progress.js';
import { missingLines, resultsTable, summaryOf } from './resultsTable.js';

/** Files of a benchmark, by path. */
export interface BenchmarkFiles {
  readonly page: string;
  readonly csv: string;
  readonly json: string;
}

/** Write `few-labels.html`, `.csv` (a row for each training) and `.json` (all figures) into the benchmark's folder. */
export async function writeResults(
  benchmark: PreparedBenchmark,
  rows: readonly MeasuredRow[],
  progress: Progress,
): Promise<BenchmarkFiles> {
  const at = (name: string) => join(benchmark.out, name);
  const files = { page: at('few-labels.html'), csv: at('few-labels.csv'), json: at('few-labels.json') };
  await atomicWrite(files.csv, csvOf(rows, progress));
  await atomicWrite(files.json, `${JSON.stringify(answerOf(benchmark, rows), null, 2)}\n`);
  await writePage(files.page, benchmark, rows);
  return files;
}

function csvOf(rows: readonly MeasuredRow[], { outcomes, failures }: Progress): string {
  const tried = rows.flatMap(({ planned }) =>
    planned.runs.map((each) => {
      const { run } = each.prepared;
      const [outcome, failure] = [outcomes.get(each), failures.get(each)];
      return { run, ...(outcome ? { outcome } : failure !== undefined && { failure }) };
    }),
  );
  return sweepCsv(tried, IMAGE_FIGURES);
}

/** All figures, for a program. */
export function answerOf({ plan, out }: PreparedBenchmark, rows: readonly MeasuredRow[]): object {
  return {
    plan,
    out,
    rows: rows.map((row) => ({
      name: row.planned.row.name,
      method: row.planned.row.method,
      trainings: row.done.map(({ draw, seed, outcome, ...run }) => ({
        ...{ draw, seed, step: outcome.step, validation: outcome.validation },
        test: outcome.test['test error %'],
        ...trainedSoFar({ draw, seed, ...run }),
      })),
      wanted: row.planned.runs.length,
      validation: row.validation,
      test: row.test,
      ...(row.difference && {
        difference: { ...row.difference.interval, verdict: row.difference.verdict },
      }),
      best: row.best,
      secondsPerStep: row.secondsPerStep,
      costSeconds: row.cost,
      missing: row.missing,
    })),
  };
}

async function writePage(
  path: string,
  benchmark: PreparedBenchmark,
  rows: readonly MeasuredRow[],
): Promise<void> {
  const { plan, out } = benchmark;
  const table = resultsTable(benchmark, rows);
  const trainings = Math.max(...rows.map(({ planned }) => planned.runs.length));
  await writeReport(path, {
    title: `foreframe: methods for few labels on ${plan.dataset}`,
    subtitle: table.caption,
    summary: summaryOf(rows),
    facts: [
      `Every training has the same network, batches, budget and held-out images. ${
        trainings === 1
          ? 'One training a row: how much draws of labels and seeds differ is not known.'
          : `${trainings} trainings a row.`
      }`,
    ],
    parts: [
      { title: 'Results', tables: [table], notes: missingLines(rows) },
      { title: 'Training', curves: learningCurves(rows) },
    ],
    settings: stringify(await readYaml(join(out, 'benchmark.yaml'))),
    environment: {},
  });
}
