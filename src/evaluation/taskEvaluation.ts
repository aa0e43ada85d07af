import { existsSync } from 'node:fs';
import { atomicWrite } from '../common/files/atomicWrite.js';
import { readJson } from '../common/files/readJson.js';
import { nameOfData } from '../config/ownKeys.js';
import type { SampleConfig, SampleTrainingConfig } from '../config/sampleConfig.js';
import type { Engine } from '../engine/engine.js';
import { type SampleMethodSettings, sampleMethodOf } from '../methods/index.js';
import { loadCheckpoint } from '../runs/checkpoint.js';
import { hardwareOf } from '../runs/environment.js';
import type { RunFolder } from '../runs/runFolder.js';
import type { SampleData } from '../samples/sampleData.js';
import { samplesSeen } from './classifierEvaluation.js';
import { taskEvaluationSchema } from './evaluationSchemas.js';

/** How one set of weights does at the method's own task, in percent of wrong answers. */
export interface TaskErrors {
  readonly step: number;
  /** Of training, to these weights. */
  readonly minutes: number;
  readonly validation: number;
  readonly test: number;
}

/**
 * How well a method without labels does at its own task: its run folder's `evaluation.json`. The quality of its layers is
 * measured by probes.
 */
export interface TaskEvaluation {
  readonly kind: 'task';
  readonly name: string;
  readonly data: string;
  readonly dataset: string;
  readonly method: SampleMethodSettings;
  readonly seed: number;
  /** Images of each split that were looked at, where not all were. */
  readonly samples?: number;
  readonly best: TaskErrors;
  readonly last: TaskErrors;
  readonly budget: Pick<SampleTrainingConfig, 'steps' | 'seconds'>;
  /** Images that training saw, repeats counted. */
  readonly imagesSeen: number;
  readonly hardware: string;
}

/** Tests a run's best and last weights, once, and saves the result in its folder. */
export async function evaluateTask(
  run: RunFolder,
  config: SampleConfig,
  engine: Engine,
  data: SampleData,
): Promise<TaskEvaluation> {
  const { name, method, seed, training } = config;
  const hardware = hardwareOf(await run.readEnvironment());
  const errorsOf = async (checkpoint: string): Promise<TaskErrors> => {
    const { position, state } = await loadCheckpoint(checkpoint);
    await engine.restore(state);
    const how = { classes: data.classes.length, network: config.evaluation.network };
    const [validation, test] = [
      await sampleMethodOf(method).validate(engine, data.validation, how),
      await sampleMethodOf(method).validate(engine, data.test, how),
    ];
    const minutes = position.seconds / 60;
    return { step: position.step, minutes, validation: validation.error, test: test.error };
  };
  const last = await errorsOf(run.last);
  const best = existsSync(run.best) ? await errorsOf(run.best) : last;
  const evaluation: TaskEvaluation = {
    kind: 'task',
    name,
    data: data.description,
    dataset: nameOfData(config.data),
    method,
    seed,
    samples: config.evaluation.samples,
    best,
    last,
    budget: { steps: training.steps, seconds: training.seconds },
    imagesSeen: samplesSeen(config, data, last.step),
    hardware,
  };
  await atomicWrite(run.evaluation, `${JSON.stringify(evaluation, null, 1)}\n`, { check: run.check });
  return evaluation;
}

/** The evaluation that a run folder holds, if there is one of this kind. @throws ForeframeError when it is damaged */
export async function readTaskEvaluation(run: RunFolder): Promise<TaskEvaluation | undefined> {
  const remedy = 'write it again with `foreframe evaluate`';
  const kept = await readJson(run.evaluation, { schema: taskEvaluationSchema, remedy });
  return kept as (typeof kept & { readonly method: SampleMethodSettings }) | undefined;
}
