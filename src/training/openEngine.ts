import { createModel } from '../models/index.js';
import type { FrameSource } from '../stream/frameSource.js';
import type { HostArray, Named } from '../tensorflow/program.js';
import type { PipelineConfig } from './config.js';
import type { Engine, EngineConfig } from './engine.js';
import { frameShapeOf } from './frameShape.js';
import { checkEngineMemory, checkTestMemory, checkTrainingMemory } from './memory/checkMemory.js';
import { openThreadEngine } from './trainingThread.js';

/**
 * The engine that trains and evaluates what `config` describes.
 * @param source what will be read; what it knows of its length bounds what is held of it
 * @throws ForeframeError before TensorFlow is loaded, when the network cannot be built or training does not fit into memory
 */
export async function openTrainingEngine(config: PipelineConfig, source?: FrameSource): Promise<Engine> {
  checkTrainingMemory(config, trainingEngine, source?.frames?.train);
  return openThreadEngine(trainingEngine(config));
}

/** What `openTrainingEngine` refuses, before any data is opened. */
export function checkTrains(config: PipelineConfig): void {
  checkTrainingMemory(config, trainingEngine);
}

function trainingEngine(config: PipelineConfig): EngineConfig {
  const { training, data } = config;
  // `steps` are those of the training in its settings, and the frames that a clip's model watches in an engine's.
  return { ...engineConfig(config, training.batch), training: { ...training, steps: data.steps } };
}

/** The same, with as many clips side by side as `evaluation` says. */
export async function openEvaluationEngine(config: PipelineConfig): Promise<Engine> {
  checkTestMemory(config, evaluationEngine);
  return openThreadEngine(evaluationEngine(config));
}

function evaluationEngine(config: PipelineConfig): EngineConfig {
  const batch = config.evaluation.batch ?? config.training.batch;
  return trainingEngine({ ...config, training: { ...config.training, batch } });
}

/** The engine that predicts on `batch` streams side by side. */
export async function openPredictEngine(config: PipelineConfig, batch: number): Promise<Engine> {
  const engine = engineConfig(config, batch);
  checkEngineMemory(engine, `${config.name}: predicting`);
  return openThreadEngine(engine);
}

/** The weights before training: the baseline that any trained weights have to beat. */
export function untrainedState(config: PipelineConfig): Named<HostArray> {
  const { model, frame, seed } = engineConfig(config, 1);
  return createModel(model, frame).parameters(seed);
}

function engineConfig(
  { model, data, seed, precision, threads }: PipelineConfig,
  batch: number,
): EngineConfig {
  const frame = frameShapeOf(data);
  return { model, frame, seed, batch, precision, threads };
}
