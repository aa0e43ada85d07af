import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Comparison, compareAnalyses } from '../analysis/protocols/compareAnalyses.js';
import { type RunAnalysis, readAnalysis } from '../analysis/protocols/runAnalysis.js';
import { atomicWrite } from '../common/atomicWrite.js';
import { ExitCode, ForeframeError, InterruptedError, UsageError } from '../common/errors.js';
import { makeFolder } from '../common/makeFolder.js';
import { renderComparison } from '../report/comparisonPage.js';
import { comparisonTables } from '../report/comparisonTables.js';
import { RunFolder } from '../training/runFolder.js';
import { type AnalyseOptions, jsonBeside, settingsOf } from './analyse.js';
import { textTable } from './terminal.js';

export interface CompareOptions extends Omit<AnalyseOptions, 'out' | 'map'> {
  readonly out: string;
  /** Where analyses are kept and looked for; in each run folder by default. */
  readonly keep?: string;
}

/** `foreframe compare RUN…` */
export async function compareCommand(paths: readonly string[], options: CompareOptions): Promise<void> {
  const { out, json } = options;
  if (!out.endsWith('.html')) throw new UsageError(`--out ${out}: end the name in .html`);
  // First, so that a folder that cannot be made is not noticed after all the work.
  await makeFolder(dirname(out));
  const analyses: RunAnalysis[] = [];
  for (const path of paths) analyses.push(await analysisOf(path, options));
  const comparison = compareAnalyses(analyses);
  await atomicWrite(out, renderComparison(comparison));
  if (json) console.log(JSON.stringify(answerOf(comparison)));
  else console.log(`${textOf(comparison)}\nwrote ${out}`);
}

/** The analysis in a JSON file, or of a run folder: kept, or made now in a process of its own. */
async function analysisOf(path: string, options: CompareOptions): Promise<RunAnalysis> {
  if (path.endsWith('.json')) return readAnalysis(path);
  const run = await RunFolder.open(path);
  const settings = settingsOf(await run.readConfig(), options);
  const page =
    options.keep === undefined ? join(path, 'analysis.html') : join(options.keep, `${basename(path)}.html`);
  const kept = jsonBeside(page);
  if (existsSync(kept)) {
    const found = await readAnalysis(kept).catch(() => undefined);
    const layer = options.layers?.split(',')[0]?.trim() ?? found?.sources[0];
    const same = found && isDeepStrictEqual(found.settings, settings) && found.sources[0] === layer;
    // A run that was resumed has other weights by now.
    if (same && found.step === (await run.bestCheckpoint()).position.step) return found;
  }
  console.error(`analysing ${path}`);
  await analyseApart(path, page, options);
  return readAnalysis(kept);
}

/** Each analysis has its own process: TensorFlow can be loaded by one thread of a process, and its memory goes with it. */
function analyseApart(path: string, page: string, options: CompareOptions): Promise<void> {
  const { data, clips, steps, people, turn, draws, seed, layers } = options;
  const values = { data, clips, steps, people, turn, draws, seed, layers, out: page };
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [process.argv[1]!, 'analyse', path, ...given], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === ExitCode.done) done();
      else if (code === ExitCode.interrupted) fail(new InterruptedError(`analysing ${path} was interrupted`));
      else fail(new ForeframeError(`${path} could not be analysed; see the line above`));
    });
  });
}

function answerOf({ groups, measures, differences }: Comparison): object {
  return {
    rows: groups.map(({ name, analyses, sourceOf }) => ({
      name,
      latents: sourceOf(analyses[0]!),
      seeds: analyses.map(({ seed }) => seed),
    })),
    measures,
    differences,
  };
}

function textOf(comparison: Comparison): string {
  const { rows: what, scores, differences } = comparisonTables(comparison);
  return [what, ...scores, ...differences]
    .map(({ caption, columns, rows, note }) =>
      [
        caption,
        textTable(
          columns,
          rows.map((row) => row.map(String)),
        ),
        note ?? '',
      ]
        .filter(Boolean)
        .join('\n'),
    )
    .join('\n\n');
}
