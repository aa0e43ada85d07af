import { existsSync } from 'node:fs';
import { z } from 'zod';
import { atomicWrite } from '../common/atomicWrite.js';
import { ForeframeError } from '../common/errors.js';
import { checkJson, readJson } from '../common/readJson.js';
import { loadCheckpoint } from './checkpoint.js';
import { picturesSeen } from './classifierBatches.js';
import type { ClassifierConfig, ClassifierTraining } from './classifierConfig.js';
import type { ClassifierData } from './classifierData.js';
import { stepSizes } from './classifierEngine.js';
import { type Answers, answersOf, type Network } from './classifierErrors.js';
import type { ClassifierMethod } from './classifierMethod.js';
import type { Engine } from './engine.js';
import { hardwareOf } from './environment.js';
import { classifierEvaluationSchema } from './evaluationSchemas.js';
import type { RunFolder } from './runFolder.js';

/** What one set of weights answers. Errors are percent of wrong answers. */
export interface WeightsErrors {
  readonly step: number;
  /** Of training, to these weights. */
  readonly minutes: number;
  readonly validation: Readonly<Record<Network, number>>;
  readonly test: Readonly<Record<Network, number>>;
}

/** All that is measured of a classifier, and what it rests on: its run folder's `evaluation.json`. */
export interface ClassifierEvaluation {
  readonly kind: 'classifier';
  readonly name: string;
  readonly data: string;
  readonly dataset: string;
  readonly labels: number | 'all';
  readonly draw: number;
  /** How many clips of what kind, where clips were classified. */
  readonly clips?: ClassifierConfig['data']['clips'];
  readonly method: ClassifierMethod;
  readonly seed: number;
  /** Whose answers count. */
  readonly network: Network;
  /** Percent of wrong test answers of that network, by the weights that were best on validation. */
  readonly testError: number;
  readonly best: WeightsErrors;
  readonly last: WeightsErrors;
  readonly classes: readonly string[];
  /** Test pictures by true class (row) and answer (column), of `testError`. */
  readonly confusion: Answers['confusion'];
  readonly budget: Pick<ClassifierTraining, 'steps' | 'seconds'>;
  /** Pictures that training saw, labelled and not, repeats counted. */
  readonly picturesSeen: number;
  readonly hardware: string;
}

/** Test a run's best and last weights, once, and keep the answer in its folder. */
export async function evaluateClassifier(
  run: RunFolder,
  config: ClassifierConfig,
  engine: Engine,
  data: ClassifierData,
): Promise<ClassifierEvaluation> {
  const { network } = config.evaluation;
  // Read before the work: a damaged file should not be found out at its end.
  const hardware = hardwareOf(await run.readEnvironment());
  const last = await errorsOf(run.last, engine, data);
  const best = existsSync(run.best) ? await errorsOf(run.best, engine, data) : last;
  const evaluation: ClassifierEvaluation = {
    kind: 'classifier',
    name: config.name,
    data: data.description,
    ...config.data,
    method: config.method,
    seed: config.seed,
    network,
    testError: best.errors.test[network],
    best: best.errors,
    last: last.errors,
    classes: data.classes,
    confusion: best.test[network].confusion,
    budget: { steps: config.training.steps, seconds: config.training.seconds },
    picturesSeen: picturesSeen(stepSizes(config), last.errors.step),
    hardware,
  };
  await atomicWrite(run.evaluation, `${JSON.stringify(evaluation, null, 1)}\n`, { check: run.check });
  return evaluation;
}

/** The evaluation that a run folder holds. @throws ForeframeError when it holds none, a damaged one, or one of something else */
export async function readClassifierEvaluation(run: RunFolder): Promise<ClassifierEvaluation> {
  const remedy = 'write it anew with `foreframe classify --resume`';
  const raw = await readJson(run.evaluation, { schema: z.looseObject({}), remedy });
  if (raw?.kind !== 'classifier')
    throw new ForeframeError(
      `${run.path} holds no evaluated classifier: train one with \`foreframe classify\`, or finish it with --resume`,
    );
  const kept = checkJson(raw, run.evaluation, { schema: classifierEvaluationSchema, remedy });
  return kept as typeof kept & { readonly method: ClassifierMethod };
}

async function errorsOf(checkpoint: string, engine: Engine, data: ClassifierData) {
  const { position, state } = await loadCheckpoint(checkpoint);
  await engine.restore(state);
  const classes = data.classes.length;
  const validation = await answersOf(engine, data.validation, classes);
  const test = await answersOf(engine, data.test, classes);
  const errors: WeightsErrors = {
    step: position.step,
    minutes: position.seconds / 60,
    validation: errorsByNetwork(validation),
    test: errorsByNetwork(test),
  };
  return { errors, test };
}

function errorsByNetwork({ student, teacher }: Record<Network, Answers>): Record<Network, number> {
  return { student: student.error, teacher: teacher.error };
}
