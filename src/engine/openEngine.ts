import type { PipelineConfig } from '../config/config.js';
import type { SampleConfig } from '../config/sampleConfig.js';
import { frameShapeOf } from '../data/frameShape.js';
import { type AnyModelConfig, createNetwork } from '../models/index.js';
import type { SampleData } from '../samples/sampleData.js';
import type { FrameSource } from '../stream/frameSource.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import type { Engine, EngineConfig } from './engine.js';
import {
  checkEngineMemory,
  checkSampleMemory,
  checkTestMemory,
  checkTrainingMemory,
} from './memory/checkMemory.js';
import { openThreadEngine } from './trainingThread.js';
import { watching } from './watching.js';

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
  const { method, training, data } = config;
  const { batch, optimizer, clipNorm } = training;
  return {
    ...engineConfig(config, batch),
    training: { method, optimizer, clipNorm, steps: data.steps },
  };
}

/** The engine that trains and tests a method of images or short clips. @throws ForeframeError as `openTrainingEngine` */
export async function openSampleEngine(config: SampleConfig, { train }: SampleData): Promise<Engine> {
  const image = { height: train.side, width: train.side, channels: train.channels };
  const { precision, threads } = config;
  const { frames, count } = train;
  const engineOf = (samples: SampleConfig) => ({ samples, image, frames, count, precision, threads });
  checkSampleMemory(config, engineOf);
  return openThreadEngine(engineOf(config));
}

/** The same as `openTrainingEngine`, with as many clips side by side as `evaluation` says. */
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
export function untrainedState({ model, data, seed, framewise }: UntrainedConfig): Named<HostArray> {
  return watching(createNetwork(model, frameShapeOf(data)), { framewise }).parameters(seed);
}

interface UntrainedConfig extends Pick<PipelineConfig, 'data' | 'seed'> {
  readonly model: AnyModelConfig;
  /** It learned from single images: only its encoder is looked at. */
  readonly framewise?: boolean;
}

function engineConfig(
  { model, data, seed, precision, threads }: PipelineConfig,
  batch: number,
): EngineConfig {
  const frame = frameShapeOf(data);
  return { model, frame, seed, batch, precision, threads };
}
