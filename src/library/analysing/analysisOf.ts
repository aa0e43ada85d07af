import { fastestAlgebra } from '../../analysis/algebra/fastestAlgebra.js';
import { runBattery } from '../../analysis/battery/battery.js';
import { type AnalysisSettings, FORMAT, type RunAnalysis } from '../../analysis/battery/runAnalysis.js';
import type { LatentRows } from '../../analysis/latents/latentsFile.js';
import type { MapMethod } from '../../analysis/protocols/latentMap.js';
import { clipRows, rowsAtTime, timesOf } from '../../analysis/protocols/latentTable.js';
import { required } from '../../common/required.js';
import type { WatchedConfig } from '../../extraction/watchedRun.js';
import { loadTensorFlow } from '../../tensorflow/backend/backend.js';
import type { GatheredTables } from './analysisTables.js';

/** Milliseconds between two notes on what is computed. */
const BETWEEN_NOTES = 5000;

/** The group of each clip, else its file, by the place at which it came first. */
function groupsOf(table: LatentRows): number[] {
  const groups = clipRows(table, rowsAtTime(table, timesOf(table).at(-1)!));
  const places = new Map([...new Set(groups)].map((group, place) => [group, place]));
  return Array.from(groups, (group) => required(places, group));
}

/** All that is computed of the tables of a run. */
export async function analysisOf(
  run: string,
  config: WatchedConfig,
  settings: AnalysisSettings,
  { tables, info, leftOut }: GatheredTables,
  maps: readonly MapMethod[],
  onNote?: (note: string) => void,
): Promise<RunAnalysis> {
  const { seed, draws } = settings;
  // Loaded by now, unless nothing but pixels was watched.
  await loadTensorFlow({ precision: config.precision, threads: config.threads });
  const algebra = await fastestAlgebra();
  let noted = performance.now();
  const onStage = (stage: string) => {
    if (performance.now() - noted < BETWEEN_NOTES) return;
    noted = performance.now();
    onNote?.(stage);
  };
  const findings = runBattery(tables, { seed, draws, maps, algebra, onStage });
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
    groups: groupsOf(tables.test),
    settings,
    sources: Object.keys(tables.test.layers),
    widths: Object.values(tables.test.layers).map(({ columns }) => columns),
    times,
    ...findings,
    leftOut: [...leftOut, ...findings.leftOut],
  };
}
