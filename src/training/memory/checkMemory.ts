import { type MemoryPart, requireMemory } from '../../common/memory/requireMemory.js';
import type { ClassifierConfig } from '../classifierConfig.js';
import type { PipelineConfig } from '../config.js';
import type { AnyEngineConfig } from '../engine.js';
import { engineMemory } from './engineMemory.js';
import { adviceFor, type Keys } from './lowered.js';
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
  ['training.adversarial.discriminator.filters'],
  ['training.adversarial.discriminator.lstm'],
  ['training.adversarial.discriminator.units'],
  ['data.width', 'data.height'],
];
const TEST: readonly Keys[] = [
  ['evaluation.batch'],
  ['evaluation.horizon'],
  ['evaluation.steps'],
  ['evaluation.context'],
  ...TRAINING,
];
const CLASSIFIER: readonly Keys[] = [
  ['training.unlabelled'],
  ['training.labelled', 'training.unlabelled'],
  ['evaluation.batch'],
  ...MODEL,
  ['data.clips.frames'],
];
const ENGINE: readonly Keys[] = [['batch'], ['encode.times'], ['training.steps'], ...MODEL];

/**
 * Everything that training holds: the network, the clips that are shuffled, the batches made ahead.
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

/** The same of a classifier; its data is in memory already. */
export function checkClassifierMemory(
  config: ClassifierConfig,
  engineOf: (config: ClassifierConfig) => AnyEngineConfig,
): void {
  check(`${config.name}: training`, config, CLASSIFIER, (each) => engineMemory(engineOf(each)));
}

/** The same of an engine alone. */
export function checkEngineMemory(config: AnyEngineConfig, what = 'this engine'): void {
  if ('classifier' in config) {
    const { classifier, ...rest } = config;
    const engineOf = (each: ClassifierConfig) => ({ ...rest, classifier: each });
    check(what, classifier, CLASSIFIER, (each) => engineMemory(engineOf(each)));
  } else check(what, config, ENGINE, engineMemory);
}

function check<C>(what: string, config: C, keys: readonly Keys[], parts: (config: C) => MemoryPart[]): void {
  requireMemory({ what, parts: parts(config), advice: adviceFor(config, keys, parts) });
}
