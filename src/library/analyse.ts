import { dirname, join } from 'node:path';
import { type RunAnalysis, writeAnalysis } from '../analysis/battery/runAnalysis.js';
import type { MapMethod } from '../analysis/protocols/latentMap.js';
import { UsageError } from '../common/errors.js';
import { atomicWrite } from '../common/files/atomicWrite.js';
import { makeFolder } from '../common/files/makeFolder.js';
import { renderAnalysis } from '../report/pages/analysisPage.js';
import { noteFirstWeights } from '../runs/firstWeights.js';
import { RunFolder } from '../runs/runFolder.js';
import { analysedConfig } from './analysing/analysedConfig.js';
import { analysisOf } from './analysing/analysisOf.js';
import { type AnalysisChoice, jsonBeside, settingsOf } from './analysing/analysisSettings.js';
import { gatherTables } from './analysing/analysisTables.js';
import { ownData } from './analysing/ownData.js';
import { retrievalSheets } from './analysing/retrievalSheets.js';
import type { Watching } from './watching.js';

export interface AnalyseOptions extends AnalysisChoice, Watching {
  /** The page, ending in `.html`; its numbers lie beside it as `.json`. `analysis.html` in the run folder by default. */
  readonly out?: string;
  /** `['pca', 'mds']` by default. */
  readonly map?: readonly MapMethod[];
}

/** An analysis that was written. */
export interface Analysed {
  readonly analysis: RunAnalysis;
  /** Paths. */
  readonly page: string;
  readonly numbers: string;
}

/**
 * What a saved run learned: regression, probes, identification, retrieval and maps over the clips of a dataset of which is known
 * what generated them. Loads TensorFlow into this thread.
 * @param path run folder
 * @throws UsageError when no dataset is known; ForeframeError when there is no run or weights
 */
export async function analyse(path: string, options: AnalyseOptions = {}): Promise<Analysed> {
  const { out = join(path, 'analysis.html'), map = ['pca', 'mds'], layers } = options;
  const { signal, onProgress, onNote } = options;
  if (!out.endsWith('.html')) throw new UsageError(`--out ${out}: end the name in .html`);
  const run = await RunFolder.open(path);
  const { config, image } = await analysedConfig(run, { onNote });
  const settings = settingsOf(config, options);
  // First, so that a folder that cannot be made is not noticed after all the work.
  await makeFolder(dirname(out));
  await noteFirstWeights(run, onNote);
  const gathered = await gatherTables({
    run: path,
    config,
    image,
    settings,
    layers,
    signal,
    onProgress,
    onNote,
  });
  const own = await ownData(settings.dataset, config);
  const analysis = { ...(await analysisOf(path, config, settings, gathered, map, onNote)), ownData: own };
  const numbers = jsonBeside(out);
  await writeAnalysis(numbers, analysis);
  const sheets = await retrievalSheets(gathered, settings.seed);
  await atomicWrite(out, renderAnalysis(analysis, sheets));
  return { analysis, page: out, numbers };
}
