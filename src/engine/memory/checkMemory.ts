import { type MemoryPart, requireMemory } from '../../common/memory/requireMemory.js';
import type { PipelineConfig } from '../../config/config.js';
import type { SampleConfig } from '../../config/sampleConfig.js';
import { adviceFor, type Keys } from '../../data/lowered.js';
import type { AnyEngineConfig } from '../engine.js';
import { engineMemory } from './engineMemory.js';
import { readingMemory, testMemory } from './pipelineMemory.js';

const MODEL: readonly Keys[] = [
  ['model.lstm'],
  ['model.units'],
  ['model.units.asManyWeightsAsLstm'],
  ['model.filters'],
  ['model.channels'],
  ['model.history'],
  ['model.blocks'],
  ['model.kernel'],
];
const TRAINING: readonly Keys[] = [
  ['training.batch'],
  ['data.shuffle'],
  ['data.prefetch'],
  ['data.steps'],
  ...MODEL,
  ['method.discriminator.filters'],
  ['method.discriminator.lstm'],
  ['method.discriminator.units'],
  ['data.width', 'data.height'],
];
const TEST: readonly Keys[] = [
  ['evaluation.batch'],
  ['evaluation.horizon'],
  ['evaluation.steps'],
  ['evaluation.context'],
  ...TRAINING,
];
const SAMPLES: readonly Keys[] = [
  ['training.unlabelled'],
  ['training.labelled', 'training.unlabelled'],
  ['evaluation.batch'],
  ...MODEL,
  ['data.clips.frames'],
];
const ENGINE: readonly Keys[] = [['batch'], ['encode.times'], ['training.steps'], ...MODEL];

/**
 * Checks the memory that training needs: the network, the shuffled clips, the prepared batches.
 * @param frames of a pass over the training split, where that is known
 * @throws ForeframeError in one line when it does not fit into memory, or cannot be built
 */
export function checkTrainingMemory(
  config: PipelineConfig,
  engineOf: (config: PipelineConfig) => AnyEngineConfig,
  frames?: number,
): void {
  const parts = (each: PipelineConfig) => [...engineMemory(engineOf(each)), ...readingMemory(each, frames)];
  check(`${config.name}: training`, config, TRAINING, parts);
}

/** The same of measuring on the test split. */
export function checkTestMemory(
  config: PipelineConfig,
  engineOf: (config: PipelineConfig) => AnyEngineConfig,
): void {
  const batch = config.evaluation.batch ?? config.training.batch;
  const full = { ...config, evaluation: { ...config.evaluation, batch } };
  const parts = (each: PipelineConfig) => [...engineMemory(engineOf(each)), ...testMemory(each)];
  check(`${config.name}: the evaluation`, full, TEST, parts);
}

/** The same of a method of images or short clips; its data is in memory already. */
export function checkSampleMemory(
  config: SampleConfig,
  engineOf: (config: SampleConfig) => AnyEngineConfig,
): void {
  check(`${config.name}: training`, config, SAMPLES, (each) => engineMemory(engineOf(each)));
}

/** The same of an engine alone. */
export function checkEngineMemory(config: AnyEngineConfig, what = 'this engine'): void {
  if ('samples' in config) {
    const { samples, ...rest } = config;
    const engineOf = (each: SampleConfig) => ({ ...rest, samples: each });
    check(what, samples, SAMPLES, (each) => engineMemory(engineOf(each)));
  } else check(what, config, ENGINE, engineMemory);
}

function check<C>(what: string, config: C, keys: readonly Keys[], parts: (config: C) => MemoryPart[]): void {
  requireMemory({ what, parts: parts(config), advice: adviceFor(config, keys, parts) });
}
