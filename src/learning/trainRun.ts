import { ForeframeError } from '../common/errors.js';
import type { PipelineConfig } from '../config/config.js';
import type { Engine } from '../engine/engine.js';
import { openTrainingEngine } from '../engine/openEngine.js';
import type { Position } from '../runs/checkpoint.js';
import type { RunFolder } from '../runs/runFolder.js';
import type { FrameSource } from '../stream/frameSource.js';
import { type SessionOptions, trainSession } from './session.js';
import { startingWeights } from './startFrom.js';
import { tooFewClips } from './startRefusals.js';
import { type TrainClipsOptions, trainClips } from './trainClips.js';

export interface TrainRunOptions extends SessionOptions, Pick<TrainClipsOptions, 'onEvent'> {
  readonly config: PipelineConfig;
  readonly source: FrameSource;
}

/** A finished training. `engine` holds the last weights; dispose of it. */
export interface TrainedRun {
  readonly run: RunFolder;
  readonly engine: Engine;
  readonly position: Position;
}

/**
 * Train a pipeline for clips of videos into a run folder: configuration, environment, metrics and checkpoints. `sampleRun` does the
 * same for images and short clips in memory.
 * @throws what `trainSession` throws; ForeframeError when a held-out split holds no clip; UsageError when `training.startFrom` names
 * no run that fits; InterruptedError when reading was interrupted, after saving
 */
export async function trainRun({ source, ...options }: TrainRunOptions): Promise<TrainedRun> {
  // Known before anything is trained: what could not be validated or tested afterwards.
  checkServed(options.config, source);
  const config = withSplit(options.config, source);
  return trainSession<TrainedRun>({
    ...options,
    config,
    source: source.description,
    async finished(run, { position, state }) {
      const engine = await openTrainingEngine(config);
      try {
        await engine.restore(state);
      } catch (error) {
        await engine.dispose();
        throw error;
      }
      return { run, engine, position };
    },
    async open(saved) {
      const start = saved ? undefined : await startingWeights(config);
      return { engine: await openTrainingEngine(config, source), start };
    },
    async train({ run, engine, ...begun }) {
      const position = await trainClips({ ...options, ...begun, run, engine, config, source });
      return { run, engine, position };
    },
  });
}

/** @throws ForeframeError when a split holds no clip; too short a training split is named first */
function checkServed(config: PipelineConfig, source: FrameSource): void {
  if (source.unserved === undefined) return;
  const { data, training } = config;
  const clips = ((source.frames?.train ?? 0) - 1 - data.steps) / (data.stride ?? data.steps + 1) + 1;
  throw clips < training.batch ? tooFewClips(config, source) : new ForeframeError(source.unserved);
}

/**
 * The configuration with how the source split its videos, where that was left open, and what it holds out: the saved run is
 * evaluated on the same split.
 */
function withSplit(config: PipelineConfig, { splitBy, heldOut }: FrameSource): PipelineConfig {
  const { data } = config;
  const { by = splitBy, heldOut: before = heldOut, ...shares } = data.split;
  return {
    ...config,
    data: { ...data, split: { ...shares, ...(by && { by }), ...(before && { heldOut: before }) } },
  };
}
