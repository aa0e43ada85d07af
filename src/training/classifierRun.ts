import { threadsText } from '../tensorflow/threads.js';
import type { Position } from './checkpoint.js';
import { type ClaimedRun, inClaimedRun } from './claimRun.js';
import { type ClassifierConfig, classifierConfig } from './classifierConfig.js';
import type { ClassifierData } from './classifierData.js';
import {
  type ClassifierEvaluation,
  evaluateClassifier,
  readClassifierEvaluation,
} from './classifierEvaluation.js';
import { type TrainClassifierOptions, trainClassifier } from './classifierTraining.js';
import { environmentOf } from './environment.js';
import { finishedCheckpoint } from './finishedRun.js';
import { isAborted } from './interruptibleSource.js';
import { loadSettings } from './loadConfig.js';
import { checkClassifierMemory } from './memory/checkMemory.js';
import { RunFolder } from './runFolder.js';
import { stoppedBeforeTraining } from './stoppedBeforeTraining.js';
import { openThreadEngine } from './trainingThread.js';

export interface ClassifierRunOptions extends Pick<TrainClassifierOptions, 'signal' | 'onEvent'> {
  readonly config: ClassifierConfig;
  readonly data: ClassifierData;
  /** Run folder: made when it is missing. */
  readonly folder: string;
  /** Go on with the run that `folder` holds, if it holds one. */
  readonly resume?: boolean;
  /** Hears one line on what it runs on. */
  readonly onStart?: (device: string) => void;
  /** Hears that the run to be resumed has nothing left to do; its evaluation is the one that it holds. */
  readonly onFinished?: (position: Position) => void;
}

/** Read a classification pipeline, put settings over it, and check it. @throws UsageError as `loadConfig` */
export function loadClassifierConfig(
  path: string,
  settings: readonly string[] = [],
): Promise<ClassifierConfig> {
  return loadSettings(classifierConfig, path, settings);
}

/**
 * Train a classifier into a run folder, then test it: configuration, environment, metrics, checkpoints and `evaluation.json`.
 * Nothing is changed in a run that is resumed and has nothing left to do. A start that comes to nothing leaves nothing.
 * @throws ForeframeError when the folder holds another run or something else, another process is training in it, or it cannot be
 * written; InterruptedError when `signal` was aborted, after saving
 */
export async function classifierRun(options: ClassifierRunOptions): Promise<ClassifierEvaluation> {
  const { folder, resume } = options;
  const finished = resume ? await finishedEvaluation(options) : undefined;
  if (finished) return finished;
  return inClaimedRun(folder, { resume }, (claim) => trainClaimed(claim, options));
}

/** What a run that has nothing left to do came to; nothing where it was stopped before its test. */
async function finishedEvaluation({
  config,
  folder,
  onFinished,
}: ClassifierRunOptions): Promise<ClassifierEvaluation | undefined> {
  const run = await RunFolder.open(folder).catch(() => undefined);
  if (!run) return undefined;
  const checkpoint = await finishedCheckpoint(run, await loadClassifierConfig(run.config), config);
  const kept = checkpoint && (await readClassifierEvaluation(run).catch(() => undefined));
  if (kept?.last.step !== checkpoint?.position.step) return undefined;
  if (checkpoint) onFinished?.(checkpoint.position);
  return kept;
}

async function trainClaimed(
  { lock, existing }: ClaimedRun,
  { config, data, folder, signal, onEvent, onStart }: ClassifierRunOptions,
): Promise<ClassifierEvaluation> {
  const engine = await openClassifierEngine(config, data);
  try {
    if (await isAborted(signal)) throw stoppedBeforeTraining();
    const { tensorflow } = engine;
    const environment = environmentOf(config, tensorflow);
    const run = existing ?? (await RunFolder.create(folder, config, environment, { lock }));
    // Whoever goes on without a word about the budget goes on to this one.
    await existing?.keepBudget(config);
    const { backend, version, device, threads } = tensorflow;
    onStart?.(`${backend} ${version} on ${device}, ${threadsText(threads)}`);
    await trainClassifier({ run, config, data, engine, resume: existing !== undefined, signal, onEvent });
    return await evaluateClassifier(run, config, engine, data);
  } finally {
    await engine.dispose();
  }
}

/** An engine in the training thread. */
async function openClassifierEngine(config: ClassifierConfig, { train }: ClassifierData) {
  const image = { height: train.side, width: train.side, channels: train.channels };
  const { precision, threads } = config;
  const { frames } = train;
  const engineOf = (classifier: ClassifierConfig) => ({ classifier, image, frames, precision, threads });
  checkClassifierMemory(config, engineOf);
  return openThreadEngine(engineOf(config));
}
