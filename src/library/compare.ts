import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type RunAnalysis, readAnalysis } from '../analysis/battery/runAnalysis.js';
import {
  type Comparison,
  checkSameQuestion,
  compareAnalyses,
} from '../analysis/comparison/compareAnalyses.js';
import { ForeframeError, UsageError } from '../common/errors.js';
import { atomicWrite } from '../common/files/atomicWrite.js';
import { makeFolder } from '../common/files/makeFolder.js';
import { renderComparison } from '../report/pages/comparisonPage.js';
import { RunFolder } from '../runs/runFolder.js';
import { analyseApart } from './analysing/analyseApart.js';
import { analysedConfig } from './analysing/analysedConfig.js';
import { type AnalysisChoice, jsonBeside, settingsOf } from './analysing/analysisSettings.js';
import { isOfThese } from './analysing/ownData.js';
import type { Watching } from './watching.js';

export interface CompareOptions extends AnalysisChoice, Pick<Watching, 'signal' | 'onNote'> {
  /** The page, ending in `.html`; `comparison.html` by default. */
  readonly out?: string;
  /** Where analyses are kept and looked for; in each run folder by default. */
  readonly keep?: string;
}

/** A comparison that was written. */
export interface Compared {
  readonly comparison: Comparison;
  /** Its path. */
  readonly page: string;
}

/**
 * Several runs in one table and one page: seeds of a pipeline together, with the difference of each pipeline to the first. Runs
 * that are not analysed yet are, each in a process of its own.
 * @param paths run folders, or `.json` files of `analyse`
 * @throws ForeframeError when a run cannot be analysed, or the analyses rest on different clips
 */
export async function compare(paths: readonly string[], options: CompareOptions = {}): Promise<Compared> {
  const { out = 'comparison.html' } = options;
  if (!out.endsWith('.html')) throw new UsageError(`--out ${out}: end the name in .html`);
  // First, so that a folder that cannot be made is not noticed after all the work.
  await makeFolder(dirname(out));
  // All of them before any is analysed, which takes minutes.
  checkSameQuestion(await Promise.all(paths.map((path) => questionOf(path, options))));
  const analyses: RunAnalysis[] = [];
  for (const path of paths) analyses.push(await analysisIn(path, options));
  const comparison = compareAnalyses(analyses);
  await atomicWrite(out, renderComparison(comparison));
  return { comparison, page: out };
}

/** What the analysis of a run would rest on. @throws UsageError or ForeframeError when it cannot be analysed */
async function questionOf(
  path: string,
  options: CompareOptions,
): Promise<Pick<RunAnalysis, 'run' | 'settings' | 'pipeline' | 'seed'>> {
  if (path.endsWith('.json')) return readAnalysis(path);
  const run = await RunFolder.open(path);
  const { config } = await analysedConfig(run, options);
  const settings = settingsOf(config, options);
  if (run.lastSaved() === undefined)
    throw new ForeframeError(`${path} has saved no weights yet: train it first, or leave it out`);
  return { run: path, settings, pipeline: config.name, seed: config.seed };
}

/** The analysis in a JSON file, or of a run folder: kept, or made now. */
async function analysisIn(path: string, options: CompareOptions): Promise<RunAnalysis> {
  if (path.endsWith('.json')) return readAnalysis(path);
  const { keep, layers, signal, onNote } = options;
  const run = await RunFolder.open(path);
  const { config } = await analysedConfig(run, options);
  const settings = settingsOf(config, options);
  const page = keep === undefined ? join(path, 'analysis.html') : join(keep, `${basename(path)}.html`);
  const kept = jsonBeside(page);
  if (existsSync(kept)) {
    const found = await readAnalysis(kept).catch(() => undefined);
    const layer = layers?.[0] ?? found?.sources[0];
    const same = found && isDeepStrictEqual(found.settings, settings) && found.sources[0] === layer;
    // A run that was resumed has other weights by now; an older foreframe kept no groups.
    const isNow = same && found.groups && found.step === (await run.bestCheckpoint()).position.step;
    if (isNow && (await isOfThese(found.ownData, settings.dataset, config, options))) return found;
  }
  onNote?.(`analysing ${path}`);
  const { data, clips, steps, people, turn, draws, seed } = options;
  const choice = { data, clips, layers, steps, people, turn, draws, seed };
  await analyseApart(path, { ...choice, out: page }, { signal, onNote });
  return readAnalysis(kept);
}
