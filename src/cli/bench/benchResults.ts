import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ForeframeError, UsageError } from '../../common/errors.js';
import { nearest } from '../../common/text/nearest.js';
import type { PipelineConfig } from '../../config/config.js';
import { loadConfig } from '../../config/loadConfig.js';
import { openEvaluationEngine } from '../../engine/openEngine.js';
import { type Evaluation, evaluateRun, readEvaluation } from '../../evaluation/evaluateRun.js';
import { pipelinePath } from '../../library/sources/pipelinePath.js';
import { checkSameConfig } from '../../library/training/sameConfig.js';
import { RunFolder } from '../../runs/runFolder.js';
import { trainWithProgress } from '../train/train.js';
import { RESULT_ROWS, type ResultRow } from './resultRows.js';
import { resultTables } from './resultTables.js';

export interface BenchResultsOptions {
  readonly set: readonly string[];
  /** Pipelines to do; all of them when none is named. */
  readonly only: readonly string[];
  /** In place of each row's own. */
  readonly seeds?: readonly number[];
  /** A few steps on a few clips of one seed each: shows that every row still can be made, not what it comes to. */
  readonly quick: boolean;
}

/** One trained and measured run of a row. */
export interface Result {
  readonly row: ResultRow;
  readonly evaluation: Evaluation;
}

/** What makes a row quick: the same pipeline, with less of everything. */
const QUICK = [
  'training.seconds=120',
  'training.steps=40',
  'training.validateEvery=40',
  'training.validationBatches=1',
  'data.clips={ train: 64, validation: 8, test: 16 }',
  'data.shuffle=64',
  'evaluation.steps=5',
  'evaluation.context=5',
  'evaluation.horizon=3',
];

/**
 * Train and measure the rows of RESULTS.md into `folder`, one run folder per row and seed. What is there already is not done
 * again, and what was interrupted goes on.
 * @throws ForeframeError when a quick row has learned nothing, or `folder` holds a run of another configuration
 */
export async function benchResults(
  folder: string,
  { set, only, seeds, quick }: BenchResultsOptions,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const row of chosenRows(only)) {
    for (const seed of seeds ?? (quick ? row.seeds.slice(0, 1) : row.seeds)) {
      const settings = [`seed=${seed}`, ...startFrom(row, seed, folder), ...(quick ? QUICK : []), ...set];
      const evaluation = await resultOf(row, settings, join(folder, `${row.pipeline}-${seed}`));
      if (quick) checkLearned(row, evaluation);
      results.push({ row, evaluation });
    }
  }
  return results;
}

/** The results as tables, one for each kind of data. */
export function resultsText(results: readonly Result[]): string {
  return resultTables(results.map(({ row, evaluation }) => ({ name: row.pipeline, evaluation })));
}

function chosenRows(only: readonly string[]): readonly ResultRow[] {
  const names = RESULT_ROWS.map(({ pipeline }) => pipeline);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const guess = nearest(unknown, names);
    throw new UsageError(
      `there is no row ${unknown}${guess ? `: did you mean ${guess}?` : ''}; there are: ${names.join(', ')}`,
    );
  }
  return only.length === 0 ? RESULT_ROWS : RESULT_ROWS.filter(({ pipeline }) => only.includes(pipeline));
}

function startFrom(row: ResultRow, seed: number, folder: string): string[] {
  return row.startFrom ? [`training.startFrom=${join(folder, `${row.startFrom}-${seed}`)}`] : [];
}

async function resultOf({ pipeline }: ResultRow, settings: string[], path: string): Promise<Evaluation> {
  const config = await loadConfig(pipelinePath(pipeline), settings);
  const kept = existsSync(path) ? await keptEvaluation(path, config) : undefined;
  if (kept) return kept;
  const { run, engine: trained, source } = await trainWithProgress(config, path, { resume: true });
  await trained.dispose();
  const engine = await openEvaluationEngine(config);
  try {
    return await evaluateRun(run, config, engine, source);
  } finally {
    await engine.dispose();
  }
}

/** What the run at `path` came to, if it has been measured. @throws ForeframeError when it is a run of another configuration */
async function keptEvaluation(path: string, config: PipelineConfig): Promise<Evaluation | undefined> {
  const run = await RunFolder.open(path);
  const saved = await run.readConfig();
  checkSameConfig(path, withoutPlace(saved), withoutPlace(config), 'foreframe train');
  const kept = await readEvaluation(run).catch(() => undefined);
  const now = budgetOf(config.training);
  if (!kept || isDeepStrictEqual(budgetOf(kept.budget), now)) return kept;
  // Resumed since it was measured: measured anew.
  if (isDeepStrictEqual(budgetOf(saved.training), now)) return undefined;
  const [before, asked] = [budgetOf(kept.budget), now].map((budget) => JSON.stringify(budget));
  throw new ForeframeError(
    `${path} was trained for ${before} and is measured; for ${asked} choose another --run`,
  );
}

function budgetOf({ steps, epochs, seconds }: Evaluation['budget']): Evaluation['budget'] {
  return { steps, epochs, seconds };
}

/** A folder of results may be moved, and the runs that others started from with it. */
function withoutPlace({ training, ...rest }: PipelineConfig) {
  const { startFrom } = training;
  return { ...rest, training: { ...training, startFrom: startFrom && basename(startFrom) } };
}

function checkLearned({ pipeline }: ResultRow, { trained, random, target }: Evaluation): void {
  const judged = target === 'current' ? 'reconstruction' : 'model';
  const [after, before] = [trained, random].map((each) => each[judged].meanSquaredError.mean);
  if (after! < before!) return;
  throw new ForeframeError(
    `${pipeline}: after 40 steps the error is ${after!.toPrecision(4)}, before them it was ${before!.toPrecision(4)}: ` +
      'it learns nothing any more',
  );
}
