import { ForeframeError } from '../common/errors.js';
import type { FrameSource } from '../stream/frameSource.js';
import { threadsText } from '../tensorflow/threads.js';
import type { Position } from './checkpoint.js';
import { type ClaimedRun, inClaimedRun } from './claimRun.js';
import type { PipelineConfig } from './config.js';
import type { Engine } from './engine.js';
import { environmentOf } from './environment.js';
import { finishedCheckpoint } from './finishedRun.js';
import { isAborted } from './interruptibleSource.js';
import { openTrainingEngine } from './openEngine.js';
import { RunFolder } from './runFolder.js';
import { startingWeights } from './startFrom.js';
import { stoppedBeforeTraining } from './stoppedBeforeTraining.js';
import { tooFewClips } from './tooFewClips.js';
import { type TrainOptions, train } from './train.js';

export interface TrainRunOptions extends Pick<TrainOptions, 'signal' | 'onEvent'> {
  readonly config: PipelineConfig;
  readonly source: FrameSource;
  /** Run folder: made when it is missing. */
  readonly folder: string;
  /** Go on with the run that `folder` holds, if it holds one. */
  readonly resume?: boolean;
  /** Replace the run that `folder` holds: the files that it wrote. */
  readonly overwrite?: boolean;
}

/** A finished training. `engine` holds the last weights; dispose of it. */
export interface TrainedRun {
  readonly run: RunFolder;
  readonly engine: Engine;
  readonly position: Position;
}

/**
 * Train a pipeline into a run folder: configuration, environment, metrics and checkpoints. Nothing is changed in a run that is
 * resumed and has nothing left to do. A start that comes to nothing leaves nothing.
 * @throws ForeframeError when the folder holds another run or something else, another process is training in it, or it cannot be
 * written, or a held-out split holds no clip; UsageError when `training.startFrom` names no run that fits; InterruptedError when
 * `signal` was aborted or reading was interrupted, after saving
 */
export async function trainRun(given: TrainRunOptions): Promise<TrainedRun> {
  // Known before anything is trained: what could not be validated or tested afterwards.
  checkServed(given.config, given.source);
  const options = { ...given, config: withSplit(given.config, given.source) };
  const { folder, resume, overwrite } = options;
  const finished = resume ? await openFinished(options) : undefined;
  if (finished) return finished;
  return inClaimedRun(folder, { resume, overwrite }, (claim) => trainClaimed(claim, options));
}

/** A run that has nothing left to do, as it is. */
async function openFinished({ config, folder, onEvent }: TrainRunOptions): Promise<TrainedRun | undefined> {
  const run = await RunFolder.open(folder).catch(() => undefined);
  if (!run || run.lastSaved() === undefined) return undefined;
  const checkpoint = await finishedCheckpoint(run, await run.readConfig(), config);
  if (!checkpoint) return undefined;
  const { position, state } = checkpoint;
  const engine = await openTrainingEngine(config);
  try {
    await engine.restore(state);
  } catch (error) {
    await engine.dispose();
    throw error;
  }
  onEvent?.({ kind: 'finished', position });
  return { run, engine, position };
}

async function trainClaimed(
  { lock, existing }: ClaimedRun,
  { config, source, folder, overwrite, signal, onEvent }: TrainRunOptions,
): Promise<TrainedRun> {
  const saved = existing?.lastSaved() !== undefined;
  const start = saved ? undefined : await startingWeights(config);
  const engine = await openTrainingEngine(config, source);
  try {
    if (await isAborted(signal)) throw stoppedBeforeTraining();
    const { tensorflow } = engine;
    const environment = environmentOf(config, tensorflow);
    const run = existing ?? (await RunFolder.create(folder, config, environment, { overwrite, lock }));
    const device = `${tensorflow.backend} ${tensorflow.version} on ${tensorflow.device}, ${threadsText(tensorflow.threads)}`;
    // Whoever goes on without a word about the budget goes on to this one.
    await existing?.keepBudget(config);
    onEvent?.({ kind: 'started', seed: config.seed, source: source.description, device, folder });
    const resume = existing !== undefined;
    const position = await train({ run, config, source, engine, start, resume, signal, onEvent });
    return { run, engine, position };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

/** @throws ForeframeError when a split holds no clip: what training itself lacks comes first */
function checkServed(config: PipelineConfig, source: FrameSource): void {
  if (source.unserved === undefined) return;
  const { data, training } = config;
  const clips = ((source.frames?.train ?? 0) - 1 - data.steps) / (data.stride ?? data.steps + 1) + 1;
  throw clips < training.batch ? tooFewClips(config, source) : new ForeframeError(source.unserved);
}

/** With the way of splitting that was left open: whoever measures the run later splits its videos the same way. */
function withSplit(config: PipelineConfig, { splitBy }: FrameSource): PipelineConfig {
  const { data } = config;
  if (splitBy === undefined || data.split.by !== undefined) return config;
  return { ...config, data: { ...data, split: { ...data.split, by: splitBy } } };
}
