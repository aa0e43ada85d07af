import { dirname, join } from 'node:path';
import { datasets } from '../../datasets/index.js';
import { fastestAlgebra } from '../analysis/fastestAlgebra.js';
import { runBattery } from '../analysis/protocols/battery.js';
import { MAP_METHODS, type MapMethod } from '../analysis/protocols/latentMap.js';
import { timesOf } from '../analysis/protocols/latentTable.js';
import {
  type AnalysisSettings,
  FORMAT,
  type RunAnalysis,
  writeAnalysis,
} from '../analysis/protocols/runAnalysis.js';
import { atomicWrite } from '../common/atomicWrite.js';
import { UsageError } from '../common/errors.js';
import { makeFolder } from '../common/makeFolder.js';
import { renderAnalysis } from '../report/analysisPage.js';
import { analysisSummary } from '../report/analysisSummary.js';
import { loadTensorFlow } from '../tensorflow/backend.js';
import type { PipelineConfig } from '../training/config.js';
import { RunFolder } from '../training/runFolder.js';
import { type GatheredTables, gatherTables } from './analysisTables.js';
import { retrievalSheets } from './retrievalSheets.js';
import { duration, withInterrupt } from './terminal.js';

export interface AnalyseOptions {
  readonly data?: string;
  /** The page; numbers lie beside it, as `.json`. */
  readonly out?: string;
  readonly clips: number;
  /** `a,b` */
  readonly layers?: string;
  readonly steps?: number;
  readonly people: number;
  readonly turn: number;
  readonly draws: number;
  readonly seed: number;
  /** `pca,mds` */
  readonly map: string;
  readonly json?: boolean;
}

/** `foreframe analyse RUN` */
export async function analyseCommand(path: string, options: AnalyseOptions): Promise<void> {
  const out = options.out ?? join(path, 'analysis.html');
  if (!out.endsWith('.html')) throw new UsageError(`--out ${out}: end the name in .html`);
  const maps = parseMaps(options.map);
  const config = await (await RunFolder.open(path)).readConfig();
  const settings = settingsOf(config, options);
  // First, so that a folder that cannot be made is not noticed after all the work.
  await makeFolder(dirname(out));
  const started = performance.now();
  const layers = options.layers?.split(',').map((name) => name.trim());
  // Afterwards this thread only computes and would not hear of it: Ctrl-C ends the process as it does any other.
  const gathered = await withInterrupt((signal) =>
    gatherTables({ run: path, config, settings, layers, signal }),
  );
  const analysis = await analyse(path, config, settings, gathered, maps);
  const numbers = jsonBeside(out);
  await writeAnalysis(numbers, analysis);
  const sheets = await retrievalSheets(gathered, settings.seed);
  await atomicWrite(out, renderAnalysis(analysis, sheets));
  if (options.json) return console.log(JSON.stringify({ ...analysis, maps: undefined, truths: undefined }));
  for (const sentence of analysisSummary(analysis)) console.log(sentence);
  for (const sentence of analysis.leftOut) console.log(`left out: ${sentence}`);
  const seconds = (performance.now() - started) / 1000;
  console.log(`wrote ${out} and ${numbers} in ${duration(seconds)}`);
}

/** Where the numbers of a page lie. */
export function jsonBeside(page: string): string {
  return page.replace(/\.html$/, '.json');
}

async function analyse(
  run: string,
  config: PipelineConfig,
  settings: AnalysisSettings,
  { tables, info }: GatheredTables,
  maps: readonly MapMethod[],
): Promise<RunAnalysis> {
  const { seed, draws } = settings;
  // Loaded by now, unless nothing but pixels was watched.
  await loadTensorFlow({ precision: config.precision, threads: config.threads });
  const algebra = await fastestAlgebra();
  let told = performance.now();
  const findings = runBattery(tables, {
    seed,
    draws,
    maps,
    algebra,
    onStage: (stage) => {
      if (performance.now() - told < 5000) return;
      told = performance.now();
      console.error(stage);
    },
  });
  const times = timesOf(tables.test);
  return {
    format: FORMAT,
    run,
    pipeline: config.name,
    model: config.model.name,
    seed: config.seed,
    step: info.step,
    data: info.data,
    trainClips: tables.train.rows / timesOf(tables.train).length,
    testClips: tables.test.rows / times.length,
    settings,
    sources: Object.keys(tables.test.layers),
    widths: Object.values(tables.test.layers).map(({ columns }) => columns),
    times,
    ...findings,
  };
}

/** What decides whether two analyses can be compared. */
export function settingsOf(
  { data }: PipelineConfig,
  { data: asked, clips, steps, people, turn, draws, seed }: Omit<AnalyseOptions, 'map'>,
): AnalysisSettings {
  const dataset = asked ?? (data.dataset === undefined ? undefined : moving(data.dataset));
  if (dataset === undefined || !datasets.some(({ card }) => card.name === dataset)) {
    const names = datasets.map(({ card }) => card.name).join(', ');
    throw new UsageError(
      `an analysis needs clips of which is known what generated them: give --data with one of ${names}`,
    );
  }
  const frame = `${data.width}×${data.height} ${data.color}`;
  return { dataset, frame, clips, steps: steps ?? data.steps, people, turn, draws, seed };
}

/** Models can only be compared on the same clips: those that saw still ones are shown the moving ones, too. */
function moving(dataset: string): string {
  const name = dataset.replace(/-static$/, '');
  return datasets.some(({ card }) => card.name === name) ? name : dataset;
}

function parseMaps(text: string): MapMethod[] {
  return text.split(',').map((word) => {
    const found = MAP_METHODS.find((method) => method === word.trim());
    if (found) return found;
    throw new UsageError(`--map ${text}: choose from ${MAP_METHODS.join(', ')}, with commas between`);
  });
}
