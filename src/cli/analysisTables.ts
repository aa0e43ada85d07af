import type { LatentRows } from '../analysis/latentsFile.js';
import { sharedLabels } from '../analysis/protocols/battery.js';
import type { BatteryTables } from '../analysis/protocols/batteryTables.js';
import { joinLayers } from '../analysis/protocols/latentTable.js';
import type { AnalysisSettings } from '../analysis/protocols/runAnalysis.js';
import type { Split } from '../stream/frameSource.js';
import type { PipelineConfig } from '../training/config.js';
import { describeLayers, memoryLayers, PIXELS } from '../training/encodeEngine.js';
import type { ClipSource, KnownClip } from '../training/extractClips.js';
import type { ExtractionInfo } from '../training/extractLatents.js';
import { collectLatents } from './collectLatents.js';
import { extractData } from './extractData.js';
import { identificationClips } from './identificationClips.js';
import { startProgress } from './terminal.js';

/** What the raw frames are called in tables and pictures. */
export const RAW_PIXELS = 'raw pixels';
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
  const { config, settings, signal, run } = options;
  const { dataset, clips, steps, people, turn } = settings;
  const layers = options.layers ?? memoryLayers(Object.keys(await describeLayers(config, 'none')));
  const times = timesToLookAt(steps);
  const watch = async (source: ClipSource, at: readonly number[]) =>
    watchAll({ run, layers, steps, signal }, source, at);
  const split = (name: Split, count: number) =>
    extractData(dataset, config, { split: name, clips: count, signal });
  const test = await watch(await split('test', heldOut(config, dataset, 'test', clips)), times);
  const train = await watch(await split('train', clips), times);
  const labelled = sharedLabels({ train: train.table, test: test.table }).length > 0;
  const validation = labelled
    ? (await watch(await split('validation', heldOut(config, dataset, 'validation', clips)), [steps])).table
    : undefined;
  const faces = (firstPerson: number, count: number) =>
    watch(identificationClips(config, { people: count, firstPerson, turn, signal }), [steps]);
  const views = dataset.startsWith('rotating-faces')
    ? {
        test: (await faces(0, people)).table,
        validation: (await faces(people, VALIDATION_PEOPLE)).table,
      }
    : undefined;
  return {
    tables: { train: train.table, validation, test: test.table, views },
    info: test.info,
    picture: test.picture,
  };
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
  {
    run,
    layers,
    steps,
    signal,
  }: { run: string; layers: readonly string[]; steps: number; signal: AbortSignal },
  given: ClipSource,
  times: readonly number[],
): Promise<{ table: LatentRows; info: ExtractionInfo; picture: readonly number[] }> {
  const source = remembering(given);
  const total = 2 * ((await source.count(steps)) ?? 1) * times.length;
  const progress = startProgress(`watching ${source.split}`, total);
  try {
    const common = { run, source, times, steps, signal };
    const trained = await collectLatents({ ...common, layers: [...layers, PIXELS] }, (rows) =>
      progress.update(rows, source.description),
    );
    const untrained = { ...common, layers: layers.slice(0, 1), weights: 'random' } as const;
    const random = await collectLatents(untrained, (rows) =>
      progress.update(trained.rows + rows, `${source.description}, weights before training`),
    );
    const { [PIXELS]: pixels, ...own } = trained.layers;
    const before = { [`${layers[0]}, random weights`]: random.layers[layers[0]!]! };
    const table = joinLayers([
      { ...trained, layers: own },
      { ...random, layers: before },
      { ...trained, layers: { [RAW_PIXELS]: pixels! } },
    ]);
    return { table, info: trained.info, picture: trained.info.layers[PIXELS]! };
  } finally {
    progress.stop();
  }
}

/** Clips that are made once: drawing a head takes longer than watching it, and they are watched twice. */
function remembering(source: ClipSource): ClipSource {
  let kept: KnownClip[] | undefined;
  return {
    ...source,
    open: async function* (options) {
      if (kept) return yield* kept.slice(options.skip);
      const made: KnownClip[] = [];
      for await (const clip of source.open(options)) {
        made.push(clip);
        yield clip;
      }
      if (options.skip === 0) kept = made;
    },
  };
}
