import { shrinkFactor } from '../../datasets/datasetSource.js';
import { findDataset } from '../../datasets/index.js';
import type { LatentRows } from '../analysis/latentsFile.js';
import { sharedLabels } from '../analysis/protocols/battery.js';
import type { BatteryTables } from '../analysis/protocols/batteryTables.js';
import { joinLayers, rowsOnlyAt } from '../analysis/protocols/latentTable.js';
import { type AnalysisSettings, beforeTraining, RAW_PIXELS } from '../analysis/protocols/runAnalysis.js';
import type { Split } from '../stream/frameSource.js';
import type { PipelineConfig } from '../training/config.js';
import { PIXELS } from '../training/encodeEngine.js';
import type { ClipSource } from '../training/extractClips.js';
import { type ExtractionInfo, openWatcher, type Watcher } from '../training/extractLatents.js';
import { collectLatents } from './collectLatents.js';
import { extractData } from './extractData.js';
import { identificationClips, identificationKey } from './identificationClips.js';
import { keptClipSource } from './keptClipSource.js';
import { startProgress } from './terminal.js';

/** More times than that say the same, and take as long each. */
const MOST_TIMES = 8;
/** People on whom C is chosen: others than those of the test. */
const VALIDATION_PEOPLE = 20;
/** Clips of the validation and test splits that are watched at the most. */
const HELD_OUT_CLIPS = 200;

export interface GatherOptions {
  readonly run: string;
  readonly config: PipelineConfig;
  readonly settings: AnalysisSettings;
  /** The model's memory by default. */
  readonly layers?: readonly string[];
  readonly signal: AbortSignal;
}

export interface GatheredTables {
  readonly tables: BatteryTables;
  readonly info: ExtractionInfo;
  /** Height, width and channels of the pictures in the layer of raw pixels. */
  readonly picture: readonly number[];
}

/**
 * Watch all clips that an analysis needs: the run's memory, the same with the weights before training, and the pixels, of training
 * and test clips and, of faces, of new people.
 */
export async function gatherTables(options: GatherOptions): Promise<GatheredTables> {
  const { config, settings, layers, run, signal } = options;
  const { dataset, clips, steps, people, turn } = settings;
  const split = async (name: Split, count: number) =>
    keptClipSource(
      await extractData(dataset, config, { split: name, clips: count, signal }),
      datasetKey(dataset, config, name, count),
    );
  const faces = (firstPerson: number, count: number) => {
    const asked = { people: count, firstPerson, turn };
    return keptClipSource(
      identificationClips(config, { ...asked, signal }),
      identificationKey(config, asked),
    );
  };
  const times = timesToLookAt(steps);
  // In this thread: the probes need TensorFlow here, and only one thread of a process can have it.
  const watcher = await openWatcher({ run, layers, times, steps, pixels: true, where: 'here' });
  try {
    const watch = (source: ClipSource) => watchAll(watcher, source, signal);
    const last = async (source: ClipSource) => rowsOnlyAt((await watch(source)).table, steps);
    const test = await watch(await split('test', heldOut(config, dataset, 'test', clips)));
    const train = await watch(await split('train', clips));
    const labelled = sharedLabels({ train: train.table, test: test.table }).length > 0;
    const validation = labelled
      ? await last(await split('validation', heldOut(config, dataset, 'validation', clips)))
      : undefined;
    const views = dataset.startsWith('rotating-faces')
      ? { test: await last(faces(0, people)), validation: await last(faces(people, VALIDATION_PEOPLE)) }
      : undefined;
    return {
      tables: { train: train.table, validation, test: test.table, views },
      info: test.info,
      picture: test.info.layers[PIXELS]!,
    };
  } finally {
    await watcher.dispose();
  }
}

/** What decides what a dataset's clips show; nothing where they cost less to make than to keep. */
function datasetKey(name: string, { data }: PipelineConfig, split: Split, count: number): unknown {
  const dataset = findDataset(name);
  const asMade = data.via === 'arrays' && shrinkFactor(dataset, data) !== undefined;
  const { width, height, color } = data;
  return dataset.keep && asMade ? { card: dataset.card, split, count, width, height, color } : undefined;
}

/** The first and the last, and others in equal steps between. */
function timesToLookAt(steps: number): number[] {
  const count = Math.min(MOST_TIMES, steps);
  const at = (i: number) => (count === 1 ? steps : Math.round(1 + (i * (steps - 1)) / (count - 1)));
  return [...new Set(Array.from({ length: count }, (_, i) => at(i)))];
}

function heldOut({ data }: PipelineConfig, dataset: string, split: Split, clips: number): number {
  const there = data.dataset === dataset ? data.clips[split] : HELD_OUT_CLIPS;
  return Math.max(2, Math.min(there, clips, HELD_OUT_CLIPS));
}

/** One table of all sources over the same clips. */
async function watchAll(
  watcher: Watcher,
  source: ClipSource,
  signal: AbortSignal,
): Promise<{ table: LatentRows; info: ExtractionInfo }> {
  const trained = await watcher.watch({ source, signal });
  const { clipLength, times } = trained.info;
  const clips = (await source.count(clipLength)) ?? 1;
  const progress = startProgress(`watching ${source.split}`, 2 * clips * times.length);
  try {
    const after = await collectLatents(trained, (rows) => progress.update(rows, source.description));
    const random = await watcher.watch({ source, weights: 'random', signal });
    const before = await collectLatents(random, (rows) =>
      progress.update(after.rows + rows, `${source.description}, weights before training`),
    );
    const { [PIXELS]: pixels, ...own } = after.layers;
    const first = Object.keys(own)[0]!;
    const table = joinLayers([
      { ...after, layers: own },
      { ...before, layers: { [beforeTraining(first)]: before.layers[first]! } },
      { ...after, layers: { [RAW_PIXELS]: pixels! } },
    ]);
    return { table, info: after.info };
  } finally {
    progress.stop();
  }
}
