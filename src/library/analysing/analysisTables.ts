import { shrinkFactor } from '../../../datasets/building/datasetSource.js';
import { datasets } from '../../../datasets/index.js';
import { sharedLabels } from '../../analysis/battery/battery.js';
import type { BatteryTables } from '../../analysis/battery/batteryTables.js';
import { type AnalysisSettings, beforeTraining, RAW_PIXELS } from '../../analysis/battery/runAnalysis.js';
import type { LatentRows } from '../../analysis/latents/latentsFile.js';
import { joinLayers, rowsOnlyAt } from '../../analysis/protocols/latentTable.js';
import { required } from '../../common/required.js';
import { PIXELS } from '../../extraction/encodeEngine.js';
import type { ClipSource } from '../../extraction/extractClips.js';
import { type ExtractionInfo, openWatcher, type Watcher } from '../../extraction/extractLatents.js';
import type { WatchedConfig } from '../../extraction/watchedRun.js';
import type { FrameShape } from '../../models/index.js';
import type { Split } from '../../stream/frameSource.js';
import { extractData } from '../sources/extractData.js';
import type { Watching } from '../watching.js';
import { collectLatents } from './collectLatents.js';
import { identificationClips, identificationKey } from './identificationClips.js';
import { keptClipSource } from './keptClipSource.js';
import { withOwnKnowledge } from './ownKnowledge.js';

/** More times than that say the same, and take as long each. */
const MOST_TIMES = 8;
/** People on whom C is chosen: others than those of the test. */
const VALIDATION_PEOPLE = 20;
/** Clips of the validation and test splits that are watched at the most. */
const HELD_OUT_CLIPS = 200;

export interface GatherOptions extends Watching {
  readonly run: string;
  readonly config: WatchedConfig;
  /** Size of the images, where the run learned from samples. */
  readonly image?: FrameShape;
  readonly settings: AnalysisSettings;
  /** The model's memory by default. */
  readonly layers?: readonly string[];
}

export interface GatheredTables {
  readonly tables: BatteryTables;
  /** A sentence on each column of one's own that nothing can be measured on. */
  readonly leftOut: readonly string[];
  readonly info: ExtractionInfo;
  /** Height, width and channels of the images in the layer of raw pixels. */
  readonly picture: readonly number[];
}

/**
 * Watch all clips that an analysis needs: the run's memory, the same with the weights before training, and the pixels, of training
 * and test clips and, of faces, of new people.
 */
export async function gatherTables(options: GatherOptions): Promise<GatheredTables> {
  const { config, image, settings, layers, run, signal, onNote, onProgress } = options;
  const watching = { signal, onNote, onProgress };
  const { dataset, clips, steps, people, turn } = settings;
  const split = async (name: Split, count: number) =>
    keptClipSource(
      await extractData(dataset, config, { split: name, clips: count, classFolders: true, ...watching }),
      datasetKey(dataset, config, name, count),
    );
  const faces = (firstPerson: number, count: number) => {
    const asked = { people: count, firstPerson, turn };
    return keptClipSource(
      identificationClips(config, { ...asked, signal, onNote }),
      identificationKey(config, asked),
    );
  };
  const times = timesToLookAt(steps);
  // In this thread: the probes need TensorFlow here, and only one thread of a process can have it.
  const watcher = await openWatcher({ run, layers, times, steps, image, pixels: true, where: 'here' });
  try {
    const watch = (source: ClipSource) => watchAll(watcher, source, watching);
    const last = async (source: ClipSource) => rowsOnlyAt((await watch(source)).table, steps);
    const test = await watch(await split('test', heldOut(config, dataset, 'test', clips)));
    const train = await watch(await split('train', clips));
    const isOwn = !datasets.some(({ card }) => card.name === dataset);
    const labelled = isOwn || sharedLabels({ train: train.table, test: test.table }).length > 0;
    const validation = labelled
      ? await last(await split('validation', heldOut(config, dataset, 'validation', clips)))
      : undefined;
    const views = dataset.startsWith('rotating-faces')
      ? { test: await last(faces(0, people)), validation: await last(faces(people, VALIDATION_PEOPLE)) }
      : undefined;
    const tables = { train: train.table, validation, test: test.table, views };
    return {
      ...(isOwn ? withOwnKnowledge(tables) : { tables, leftOut: [] }),
      info: test.info,
      picture: required(test.info.layers, PIXELS),
    };
  } finally {
    await watcher.dispose();
  }
}

/** What decides what a dataset's clips show; nothing where they cost less to make than to keep. */
function datasetKey(name: string, { data }: WatchedConfig, split: Split, count: number): unknown {
  const dataset = datasets.find(({ card }) => card.name === name);
  if (!dataset) return undefined;
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

function heldOut({ data }: WatchedConfig, dataset: string, split: Split, clips: number): number {
  const there = data.dataset === dataset ? data.clips[split] : HELD_OUT_CLIPS;
  return Math.max(2, Math.min(there, clips, HELD_OUT_CLIPS));
}

/** One table of all sources over the same clips. */
async function watchAll(
  watcher: Watcher,
  source: ClipSource,
  { signal, onProgress }: Watching,
): Promise<{ table: LatentRows; info: ExtractionInfo }> {
  const trained = await watcher.watch({ source, signal });
  const { clipLength, times } = trained.info;
  const clips = (await source.count(clipLength)) ?? 1;
  const total = 2 * clips * times.length;
  const tell = (text: string, done: number) =>
    onProgress?.({ task: `watching ${source.split}`, done, total, text });
  const after = await collectLatents(trained, (rows) => tell(source.description, rows));
  const random = await watcher.watch({ source, weights: 'random', signal });
  const before = await collectLatents(random, (rows) =>
    tell(`${source.description}, weights before training`, after.rows + rows),
  );
  const { [PIXELS]: _, ...own } = after.layers;
  const first = Object.keys(own)[0]!;
  const table = joinLayers([
    { ...after, layers: own },
    { ...before, layers: { [beforeTraining(first)]: required(before.layers, first) } },
    { ...after, layers: { [RAW_PIXELS]: required(after.layers, PIXELS) } },
  ]);
  return { table, info: after.info };
}
