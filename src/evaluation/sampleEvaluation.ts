import type { SampleConfig } from '../config/sampleConfig.js';
import type { Engine } from '../engine/engine.js';
import { sampleMethodOf } from '../methods/index.js';
import type { RunFolder } from '../runs/runFolder.js';
import { heldOut, type SampleData } from '../samples/sampleData.js';
import {
  type ClassifierEvaluation,
  evaluateClassifier,
  readClassifierEvaluation,
} from './classifierEvaluation.js';
import { evaluateTask, readTaskEvaluation, type TaskEvaluation } from './taskEvaluation.js';

/** The result of a run on images: as a classifier, or at its own task where it learns without labels. */
export type SampleEvaluation = ClassifierEvaluation | TaskEvaluation;

/**
 * Tests a run's best and last weights, once, on as much as `evaluation.samples` says, and saves the result in its folder. The engine holds other weights afterwards.
 */
export function evaluateSamples(
  run: RunFolder,
  config: SampleConfig,
  engine: Engine,
  data: SampleData,
): Promise<SampleEvaluation> {
  const measured = heldOut(data, config.evaluation.samples);
  return sampleMethodOf(config.method).labels === 'none'
    ? evaluateTask(run, config, engine, measured)
    : evaluateClassifier(run, config, engine, measured);
}

/** The evaluation that a run folder holds, if there is one. @throws ForeframeError when it is damaged */
export async function readSampleEvaluation(
  run: RunFolder,
  { method }: Pick<SampleConfig, 'method'>,
): Promise<SampleEvaluation | undefined> {
  return sampleMethodOf(method).labels === 'none' ? readTaskEvaluation(run) : readClassifierEvaluation(run);
}
