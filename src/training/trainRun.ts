import { existsSync } from 'node:fs';
import type { FrameSource } from '../stream/frameSource.js';
import { threadsText } from '../tensorflow/threads.js';
import type { Position } from './checkpoint.js';
import type { PipelineConfig } from './config.js';
import type { Engine } from './engine.js';
import { environmentOf } from './environment.js';
import { openTrainingEngine } from './openEngine.js';
import { RunFolder } from './runFolder.js';
import { startingWeights } from './startFrom.js';
import { type TrainOptions, train } from './train.js';

export interface TrainRunOptions extends Pick<TrainOptions, 'signal' | 'onEvent'> {
  readonly config: PipelineConfig;
  readonly source: FrameSource;
  /** Run folder: made when it is missing. */
  readonly folder: string;
  /** Go on with the run that `folder` holds, if it holds one. */
  readonly resume?: boolean;
  /** Replace the run that `folder` holds. */
  readonly overwrite?: boolean;
}

/** A finished training. `engine` holds the last weights; dispose of it. */
export interface TrainedRun {
  readonly run: RunFolder;
  readonly engine: Engine;
  readonly position: Position;
}

/**
 * Train a pipeline into a run folder: configuration, environment, metrics and checkpoints.
 * @throws ForeframeError when the folder holds another run or cannot be written; UsageError when `training.startFrom` names
 * no run that fits; InterruptedError when `signal` was aborted or reading was interrupted, after saving
 */
export async function trainRun({
  config,
  source,
  folder,
  resume,
  overwrite,
  signal,
  onEvent,
}: TrainRunOptions): Promise<TrainedRun> {
  const continuing = resume === true && existsSync(folder);
  // Looked at before TensorFlow is loaded, so that a wrong folder is refused at once.
  if (!continuing) RunFolder.checkFree(folder, { overwrite });
  const existing = continuing ? await RunFolder.open(folder) : undefined;
  const saved = existing !== undefined && existsSync(existing.last);
  const start = saved ? undefined : await startingWeights(config);
  const engine = await openTrainingEngine(config, source);
  try {
    const { tensorflow } = engine;
    const run =
      existing ?? (await RunFolder.create(folder, config, environmentOf(config, tensorflow), { overwrite }));
    const device = `${tensorflow.backend} ${tensorflow.version} on ${tensorflow.device}, ${threadsText(tensorflow.threads)}`;
    // Whoever goes on without a word about the budget goes on to this one.
    await existing?.keepBudget(config);
    onEvent?.({ kind: 'started', seed: config.seed, source: source.description, device, folder });
    const position = await train({ run, config, source, engine, start, resume: continuing, signal, onEvent });
    return { run, engine, position };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}
