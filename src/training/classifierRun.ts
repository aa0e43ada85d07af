import { existsSync } from 'node:fs';
import { threadsText } from '../tensorflow/threads.js';
import { type ClassifierConfig, classifierConfig } from './classifierConfig.js';
import type { ClassifierData } from './classifierData.js';
import { type ClassifierEvaluation, evaluateClassifier } from './classifierEvaluation.js';
import { type TrainClassifierOptions, trainClassifier } from './classifierTraining.js';
import { environmentOf } from './environment.js';
import { loadSettings } from './loadConfig.js';
import { checkClassifierMemory } from './memory/checkMemory.js';
import { RunFolder } from './runFolder.js';
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
 * @throws ForeframeError when the folder holds another run or cannot be written; InterruptedError when `signal` was aborted,
 * after saving
 */
export async function classifierRun(options: ClassifierRunOptions): Promise<ClassifierEvaluation> {
  const { config, data, folder, signal, onEvent } = options;
  const resume = options.resume === true && existsSync(folder);
  // Looked at before TensorFlow is loaded, so that a wrong folder is refused at once.
  if (!resume) RunFolder.checkFree(folder);
  const existing = resume ? await RunFolder.open(folder) : undefined;
  const engine = await openClassifierEngine(config, data);
  try {
    const { tensorflow } = engine;
    const run = existing ?? (await RunFolder.create(folder, config, environmentOf(config, tensorflow)));
    // Whoever goes on without a word about the budget goes on to this one.
    await existing?.keepBudget(config);
    const { backend, version, device, threads } = tensorflow;
    options.onStart?.(`${backend} ${version} on ${device}, ${threadsText(threads)}`);
    await trainClassifier({ run, config, data, engine, resume, signal, onEvent });
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
