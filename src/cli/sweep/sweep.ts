import { join } from 'node:path';
import { ForeframeError, UsageError } from '../../common/errors.js';
import { atomicWrite } from '../../common/files/atomicWrite.js';
import { checkWritable } from '../../common/files/checkWritable.js';
import { shellWord } from '../../common/text/shellWord.js';
import { jobLines } from '../../sweep/jobLines.js';
import type { SweepPlan } from '../../sweep/plan.js';
import { prepareSweep } from '../../sweep/prepare.js';
import type { ShareMessage } from '../../sweep/runApart.js';
import { type Swept, sweep } from '../../sweep/sweep.js';
import { resultsTable, sweepSummary } from '../../sweep/sweepText.js';
import { trainOne } from '../../sweep/trainOne.js';
import { drawnWork } from '../terminal/drawnWork.js';
import { plainTable } from '../terminal/plainTable.js';
import { withInterrupt } from '../terminal/terminal.js';
import { showTraining } from '../train/trainingText.js';

export interface SweepCommandOptions extends Omit<SweepPlan, 'pipeline' | 'videos'> {
  readonly out?: string;
  readonly jobs?: number;
  readonly collect?: boolean;
  readonly jobsFile?: string;
  readonly printJobs?: boolean;
  /** Train the one run that is asked for, in this process. */
  readonly one?: boolean;
  readonly json?: boolean;
}

/** `foreframe sweep PIPELINE [VIDEO…] --grid KEY=VALUES --seeds 1,2,3` */
export async function sweepCommand(
  pipeline: string,
  videos: readonly string[],
  { out, jobs, collect, jobsFile, printJobs, one, json, ...rest }: SweepCommandOptions,
): Promise<void> {
  const plan: SweepPlan = { pipeline, videos, ...rest };
  const chosen = Object.entries({
    '--collect': collect,
    '--jobs-file': jobsFile,
    '--print-jobs': printJobs,
    '--one': one,
  })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if (chosen.length > 1) throw new UsageError(`${chosen.join(' and ')} do not go together: take one of them`);
  if (one) return trainInThisProcess(plan, out);
  if (jobsFile !== undefined || printJobs) return writeJobs(plan, { out, jobsFile });
  const swept = await withInterrupt((signal) =>
    drawnWork((watching) => sweep({ ...plan, out, jobs, collect, signal, ...watching })),
  );
  console.log(json ? JSON.stringify(answerOf(swept)) : textOf(swept));
  throwFailures(swept);
}

async function trainInThisProcess(plan: SweepPlan, out: string | undefined): Promise<void> {
  const parent = new AbortController();
  // Whoever started this process is gone: what was learned is saved.
  process.once('disconnect', () => parent.abort());
  try {
    await withInterrupt((signal) =>
      drawnWork((watching) =>
        trainOne({
          ...plan,
          out,
          signal: AbortSignal.any([signal, parent.signal]),
          ...watching,
          onShare: sayShare(),
          onEvent: (event) => showTraining(event, watching),
        }),
      ),
    );
  } finally {
    if (process.connected) process.disconnect();
  }
}

/** Milliseconds between two messages to the process that draws all. */
const SAY_EVERY = 200;

function sayShare(): (share: number) => void {
  let next = 0;
  return (share) => {
    if (!process.connected || performance.now() < next) return;
    next = performance.now() + SAY_EVERY;
    process.send!({ share } satisfies ShareMessage, () => {});
  };
}

async function writeJobs(
  plan: SweepPlan,
  { out, jobsFile }: Pick<SweepCommandOptions, 'out' | 'jobsFile'>,
): Promise<void> {
  if (jobsFile !== undefined) await checkWritable(jobsFile);
  const lines = jobLines(await prepareSweep(plan, out));
  if (jobsFile === undefined) return console.log(lines.join('\n'));
  await atomicWrite(jobsFile, lines.map((line) => `${line}\n`).join(''));
  console.log(
    `wrote ${jobsFile}: ${lines.length} ${lines.length === 1 ? 'job' : 'jobs'}, one a line. When they are done, the same command with --collect makes the table`,
  );
}

/** No figure follows the clock: the same sweep gives the same answer. */
function answerOf({ kind, out, table, tried, page, csv }: Swept): object {
  const { rows, figures, copyLast } = table;
  return {
    kind,
    cells: rows.map(({ cell, ...row }) => ({ name: cell.name, settings: cell.values, ...row })),
    figures: figures.map(({ name }) => name),
    copyLast,
    runs: tried.map(({ run, outcome, failure }) => ({
      run: run.name,
      cell: run.cell.name,
      seed: run.seed,
      ...(outcome && { step: outcome.step, validation: outcome.validation, test: outcome.test }),
      ...(failure !== undefined && { failure }),
    })),
    out,
    page,
    csv,
  };
}

function textOf(swept: Swept): string {
  const { kind, table, page, csv } = swept;
  return [
    plainTable(resultsTable(table, kind)),
    '',
    ...sweepSummary(table, kind),
    `wrote ${page} and ${csv}`,
    ...nextText(swept),
  ].join('\n');
}

/** How to see what the two best cells differ by. */
function nextText({ out, table, tried }: Swept): string[] {
  const best = table.rows
    .flatMap(({ cell, validation }) => (validation ? [{ cell, error: validation.mean }] : []))
    .sort((a, b) => a.error - b.error)
    .slice(0, 2)
    .flatMap(({ cell }) => tried.find(({ run, outcome }) => run.cell === cell && outcome) ?? []);
  if (best.length < 2) return [];
  return [`next: foreframe compare ${best.map(({ run }) => shellWord(join(out, run.name))).join(' ')}`];
}

function throwFailures({ tried }: Swept): void {
  const failed = tried.filter(({ failure }) => failure !== undefined);
  const [first] = failed;
  if (!first) return;
  const what = failed.length === 1 ? '1 run' : `${failed.length} runs`;
  const more = failed.length === 1 ? '' : `, and ${failed.length - 1} more`;
  throw new ForeframeError(`${what} of ${tried.length} failed: ${first.run.name}: ${first.failure}${more}`);
}
