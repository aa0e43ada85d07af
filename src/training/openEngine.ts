import { createModel } from '../models/index.js';
import type { HostArray, Named } from '../tensorflow/program.js';
import type { PipelineConfig } from './config.js';
import type { Engine, EngineConfig } from './engine.js';
import { frameShapeOf } from './frameShape.js';
import { openThreadEngine } from './trainingThread.js';

/** The engine that trains and evaluates what `config` describes. */
export function openTrainingEngine(config: PipelineConfig): Promise<Engine> {
  const { training, data } = config;
  // `steps` are those of the training in its settings, and the frames that a clip's model watches in an engine's.
  return openThreadEngine({
    ...engineConfig(config, training.batch),
    training: { ...training, steps: data.steps },
  });
}

/** The same, with as many clips side by side as `evaluation` says. */
export function openEvaluationEngine(config: PipelineConfig): Promise<Engine> {
  const batch = config.evaluation.batch ?? config.training.batch;
  return openTrainingEngine({ ...config, training: { ...config.training, batch } });
}

/** The engine that predicts on `batch` streams side by side. */
export function openPredictEngine(config: PipelineConfig, batch: number): Promise<Engine> {
  return openThreadEngine(engineConfig(config, batch));
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
