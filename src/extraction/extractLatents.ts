import { stringify } from 'yaml';
import { UsageError } from '../common/errors.js';
import { required } from '../common/required.js';
import { nearest } from '../common/text/nearest.js';
import { frameShapeOf } from '../data/frameShape.js';
import type { Pool } from '../engine/encodeProgram.js';
import { untrainedState } from '../engine/openEngine.js';
import type { FrameShape } from '../models/index.js';
import { RunFolder } from '../runs/runFolder.js';
import { withoutSavedPasswords } from '../runs/savedPaths.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { describeLayers, memoryLayers, openEncodeEngine, PIXELS, type Where } from './encodeEngine.js';
import { Encoder } from './encoder.js';
import { latentBatches } from './extractBatches.js';
import type { ClipSource } from './extractClips.js';
import type { LatentBatch } from './extractRows.js';
import { batchSize, checkClipBytes, framesAtOnce } from './extractSizes.js';
import { type WatchedConfig, watchedConfig, watchedWeights } from './watchedRun.js';

export interface ExtractOptions {
  /** Run folder. */
  readonly run: string | RunFolder;
  /** Of the run, as its frames are watched, where that was read before. */
  readonly config?: WatchedConfig;
  readonly source: ClipSource;
  /** Layers by name, and `pixels` for the frames themselves; the model's memory by default (see `memoryLayers`). */
  readonly layers?: readonly string[];
  /** Times in a clip, from 1; the last by default. */
  readonly times?: 'last' | 'all' | readonly number[];
  /** How maps are pooled; `none` by default. Pixels are the raw baseline and never pooled. */
  readonly pool?: Pool;
  /** The run's best weights (by default), or those before training. */
  readonly weights?: 'trained' | 'random';
  /** Size of the images, where the run learned from images: its configuration does not say. */
  readonly image?: FrameShape;
  /** Frames of each clip; as many as the run was trained to watch by default. */
  readonly steps?: number;
  readonly signal?: AbortSignal;
}

/** The conditions of an extraction. */
export interface ExtractionInfo {
  readonly run: string;
  readonly model: string;
  /** The run's configuration, as YAML. */
  readonly config: string;
  readonly seed: number;
  /** Training steps behind the weights. */
  readonly step: number;
  readonly weights: 'trained' | 'random';
  readonly data: string;
  readonly split: string;
  /** Frames of each clip. */
  readonly clipLength: number;
  readonly times: readonly number[];
  readonly pool: Pool;
  /** Shape of each layer at one time. */
  readonly layers: Readonly<Record<string, readonly number[]>>;
}

/** A model that is ready for extraction. */
export interface Extraction {
  readonly info: ExtractionInfo;
  /** The rows from number `from` on: the same, whether those before are taken or not. Only one loop at a time. */
  batches(from?: number): AsyncGenerator<LatentBatch, void, undefined>;
  dispose(): Promise<void>;
}

/**
 * Latents of a run over any clips: what there will be, and then the rows, in memory that does not grow with their number.
 * @throws UsageError when there is no such layer (naming those there are) or time
 * @throws ForeframeError when there is no run, or it has not saved weights yet
 */
export async function openExtraction(options: ExtractOptions): Promise<Extraction> {
  const watcher = await openWatcher(options);
  try {
    return { ...(await watcher.watch(options)), dispose: watcher.dispose };
  } catch (error) {
    await watcher.dispose();
    throw error;
  }
}

/** A run that may look at several sources, with the weights before and after training: opened and compiled once for all. */
export interface Watcher {
  /** Only one at a time: what was begun before ends with it. */
  watch(options: WatchOptions): Promise<Omit<Extraction, 'dispose'>>;
  dispose(): Promise<void>;
}

export type WatcherOptions = Pick<
  ExtractOptions,
  'run' | 'config' | 'layers' | 'times' | 'pool' | 'steps' | 'image'
> & {
  /** Look at the frames themselves beside the layers. */
  readonly pixels?: boolean;
  readonly where?: Where;
};

export type WatchOptions = Pick<ExtractOptions, 'source' | 'weights' | 'signal'>;

/** @throws as `openExtraction`, but that no weights are saved is noticed when they are asked for */
export async function openWatcher(options: WatcherOptions): Promise<Watcher> {
  const { pool = 'none' } = options;
  const run = typeof options.run === 'string' ? await RunFolder.open(options.run) : options.run;
  const config = options.config ?? (await watchedConfig(run, options.image));
  const clipLength = options.steps ?? config.data.steps;
  checkClipBytes(config, clipLength);
  const times = timesIn(clipLength, options.times ?? 'last');
  const shapes = await shapesOf(config, options, pool);
  const encoded = Object.keys(shapes).filter((name) => name !== PIXELS);
  const longest = framesAtOnce(config);
  const batch = batchSize(config, shapes, { times: times.length, clipLength, longest });
  const engine =
    encoded.length > 0
      ? await openEncodeEngine(config, batch, { layers: encoded, times, pool, longest }, options.where)
      : undefined;
  const { seed, model } = config;
  return {
    watch: async ({ source, weights = 'trained', signal }) => {
      const { step, state } = await weightsOf(run, config, weights);
      await engine?.restore(state);
      const { description: data, split } = source;
      const what = {
        run: run.path,
        model: model.name,
        config: stringify(withoutSavedPasswords(config)),
        seed,
        step,
        weights,
      };
      return {
        info: { ...what, data, split, clipLength, times, pool, layers: shapes },
        batches: (from = 0) => {
          const encoder = new Encoder(config, engine, { batch, times, shapes, split, longest });
          return latentBatches(encoder, source, {
            from,
            batch,
            times: times.length,
            length: clipLength,
            signal,
          });
        },
      };
    },
    dispose: async () => engine?.dispose(),
  };
}

/** @throws ForeframeError when no weights are saved */
export async function weightsOf(
  run: RunFolder,
  config: WatchedConfig,
  weights: 'trained' | 'random',
): Promise<{ step: number; state: Named<HostArray> }> {
  if (weights === 'random') return { step: 0, state: untrainedState(config) };
  const { position, state } = await run.bestCheckpoint();
  return { step: position.step, state: watchedWeights(config, state) };
}

/** @throws UsageError for a time that clips of `length` frames do not have */
function timesIn(length: number, times: 'last' | 'all' | readonly number[]): readonly number[] {
  if (times === 'last') return [length];
  if (times === 'all') return Array.from({ length }, (_, t) => t + 1);
  const sorted = [...new Set(times)].sort((a, b) => a - b);
  const bad = sorted.find((time) => !Number.isInteger(time) || time < 1 || time > length);
  if (bad === undefined && sorted.length > 0) return sorted;
  throw new UsageError(
    `no time ${bad ?? ''} in a clip of ${length} frames: choose from 1 to ${length}, or longer clips with --steps`,
  );
}

/**
 * Shapes at one time of the layers that are asked for.
 * @throws UsageError for a layer that the model does not have
 */
export async function shapesOf(
  config: WatchedConfig,
  { layers: asked, pixels: withPixels, where }: Pick<WatcherOptions, 'layers' | 'pixels' | 'where'>,
  pool: Pool,
): Promise<Record<string, readonly number[]>> {
  const { height, width, channels } = frameShapeOf(config.data);
  const pixels = { [PIXELS]: [height, width, channels] };
  const onlyPixels = asked?.every((name) => name === PIXELS) ?? false;
  const there: Record<string, readonly number[]> = onlyPixels
    ? pixels
    : { ...(await describeLayers(config, pool, where)), ...pixels };
  const wanted = [...(asked ?? memoryLayers(Object.keys(there))), ...(withPixels ? [PIXELS] : [])];
  const missing = wanted.find((name) => !Object.hasOwn(there, name));
  if (missing !== undefined || wanted.length === 0) {
    const names = Object.keys(there);
    const guess = missing === undefined ? undefined : nearest(missing, names);
    throw new UsageError(
      `the model ${config.model.name} has no layer ${missing ?? 'named'}; it has ${names.join(', ')}${guess ? `: did you mean ${guess}?` : ''}`,
    );
  }
  return Object.fromEntries(wanted.map((name) => [name, required(there, name)]));
}
