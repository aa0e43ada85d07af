import { MAP_METHODS, type MapMethod } from '../../analysis/protocols/latentMap.js';
import { UsageError } from '../../common/errors.js';
import { type AnalyseOptions, analyse } from '../../library/analyse.js';
import { analysisSummary } from '../../report/pages/analysisSummary.js';
import { drawnWork } from '../terminal/drawnWork.js';
import { duration } from '../terminal/terminal.js';

export interface AnalyseCommandOptions
  extends Omit<AnalyseOptions, 'layers' | 'map' | 'signal' | 'onProgress' | 'onNote'> {
  /** `a,b` */
  readonly layers?: string;
  /** `pca,mds` */
  readonly map: string;
  readonly json?: boolean;
}

/** `foreframe analyse RUN` */
export async function analyseCommand(
  path: string,
  { json, layers: names, map: text, ...options }: AnalyseCommandOptions,
): Promise<void> {
  const map = parseMaps(text);
  const layers = layersIn(names);
  const started = performance.now();
  // Most of it only computes and would not hear of a signal: Ctrl-C ends the process as it does any other.
  const { analysis, page, numbers } = await drawnWork((watching) =>
    analyse(path, { ...options, layers, map, ...watching }),
  );
  if (json) return console.log(JSON.stringify({ ...analysis, maps: undefined, truths: undefined }));
  for (const sentence of analysisSummary(analysis)) console.log(sentence);
  for (const sentence of analysis.leftOut) console.log(`left out: ${sentence}`);
  const seconds = (performance.now() - started) / 1000;
  console.log(`wrote ${page} and ${numbers} in ${duration(seconds)}`);
}

/** `a,b` → `['a', 'b']` */
export function layersIn(names: string | undefined): readonly string[] | undefined {
  return names?.split(',').map((name) => name.trim());
}

function parseMaps(text: string): MapMethod[] {
  return text.split(',').map((word) => {
    const found = MAP_METHODS.find((method) => method === word.trim());
    if (found) return found;
    throw new UsageError(`--map ${text}: choose from ${MAP_METHODS.join(', ')}, with commas between`);
  });
}
