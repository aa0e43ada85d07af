import { existsSync } from 'node:fs';
import { z } from 'zod';
import { ForeframeError } from '../common/errors.js';
import { atomicWrite } from '../common/files/atomicWrite.js';
import { checkJson, readJson } from '../common/files/readJson.js';
import { nameOfData } from '../config/ownKeys.js';
import type { SampleConfig, SampleTrainingConfig } from '../config/sampleConfig.js';
import type { Engine } from '../engine/engine.js';
import { type Answers, answersOf, type Network } from '../methods/classification/answers.js';
import { type SampleMethodSettings, sampleMethodOf } from '../methods/index.js';
import { loadCheckpoint } from '../runs/checkpoint.js';
import { hardwareOf } from '../runs/environment.js';
import type { RunFolder } from '../runs/runFolder.js';
import type { ClassifiedImages, SampleData } from '../samples/sampleData.js';
import { classifierEvaluationSchema } from './evaluationSchemas.js';

/** What one set of weights answers. Errors are percent of wrong answers. */
export interface WeightsErrors {
  readonly step: number;
  /** Of training, to these weights. */
  readonly minutes: number;
  readonly validation: Readonly<Record<Network, number>>;
  readonly test: Readonly<Record<Network, number>>;
}

/** Answers to the test images or clips of one group. */
export interface GroupAnswers {
  readonly group: string;
  readonly tested: number;
  readonly wrong: number;
}

/** All measurements of a classifier and their conditions: its run folder's `evaluation.json`. */
export interface ClassifierEvaluation {
  readonly kind: 'classifier';
  readonly name: string;
  readonly data: string;
  readonly dataset: string;
  readonly labels: number | 'all';
  readonly draw: number;
  /** How many clips of what kind, where clips were classified. */
  readonly clips?: SampleConfig['data']['clips'];
  readonly method: SampleMethodSettings;
  readonly seed: number;
  /** The network whose answers count. */
  readonly network: Network;
  /** Percent of wrong test answers of that network, by the weights that were best on validation. */
  readonly testError: number;
  /** Images of each split that were looked at, where not all were. */
  readonly samples?: number;
  readonly best: WeightsErrors;
  readonly last: WeightsErrors;
  readonly classes: readonly string[];
  /** Test images by true class (row) and answer (column), of `testError`. */
  readonly confusion: Answers['confusion'];
  /** The same answers by group (a person, a session, a file), where a group has several of your own test images or clips. */
  readonly groups?: readonly GroupAnswers[];
  readonly budget: Pick<SampleTrainingConfig, 'steps' | 'seconds'>;
  /** Images that training saw, labelled and not, repeats counted. */
  readonly picturesSeen: number;
  readonly hardware: string;
}

/** Tests a run's best and last weights, once, and saves the result in its folder. */
export async function evaluateClassifier(
  run: RunFolder,
  config: SampleConfig,
  engine: Engine,
  data: SampleData,
): Promise<ClassifierEvaluation> {
  const { network } = config.evaluation;
  // Read before the work, so that a damaged file is reported at once.
  const hardware = hardwareOf(await run.readEnvironment());
  const last = await errorsOf(run.last, engine, data);
  const best = existsSync(run.best) ? await errorsOf(run.best, engine, data) : last;
  const evaluation: ClassifierEvaluation = {
    kind: 'classifier',
    name: config.name,
    data: data.description,
    ...config.data,
    ...(config.data.dataset === undefined &&
      config.data.clips && { clips: ownCounts(config.data.clips, data) }),
    dataset: nameOfData(config.data),
    method: config.method,
    seed: config.seed,
    network,
    samples: config.evaluation.samples,
    testError: best.errors.test[network],
    best: best.errors,
    last: last.errors,
    classes: data.classes,
    confusion: best.test[network].confusion,
    ...(best.groups[network] && { groups: best.groups[network] }),
    budget: { steps: config.training.steps, seconds: config.training.seconds },
    picturesSeen: samplesSeen(config, data, last.errors.step),
    hardware,
  };
  await atomicWrite(run.evaluation, `${JSON.stringify(evaluation, null, 1)}\n`, { check: run.check });
  return evaluation;
}

/** The evaluation that a run folder holds. @throws ForeframeError when it holds none, a damaged one, or one of something else */
export async function readClassifierEvaluation(run: RunFolder): Promise<ClassifierEvaluation> {
  const remedy = 'write it again with `foreframe classify --resume`';
  const raw = await readJson(run.evaluation, { schema: z.looseObject({}), remedy });
  if (raw?.kind === 'task')
    throw new ForeframeError(
      `${run.path} was trained without labels and answers no classes: it cannot stand beside classifiers; look at its layers with \`foreframe extract\` and \`foreframe probe\``,
    );
  if (raw?.kind !== 'classifier')
    throw new ForeframeError(
      `${run.path} holds no evaluated classifier: train one with \`foreframe classify\`, or finish it with --resume`,
    );
  const kept = checkJson(raw, run.evaluation, { schema: classifierEvaluationSchema, remedy });
  return kept as typeof kept & { readonly method: SampleMethodSettings };
}

/** Images or clips that a training has learned from after so many steps, repeats counted. */
export function samplesSeen(
  { method: settings, seed, training }: SampleConfig,
  data: SampleData,
  steps: number,
): number {
  return sampleMethodOf(settings).batches({ settings, data, seed, training }).seen(steps);
}

async function errorsOf(checkpoint: string, engine: Engine, data: SampleData) {
  const { position, state } = await loadCheckpoint(checkpoint);
  await engine.restore(state);
  const classes = data.classes.length;
  const validation = await answersOf(engine, data.validation, classes);
  const wrong = { student: new Set<number>(), teacher: new Set<number>() };
  const test = await answersOf(engine, data.test, classes, (network, place) => wrong[network].add(place));
  const groups = {
    student: groupAnswers(data.test, wrong.student),
    teacher: groupAnswers(data.test, wrong.teacher),
  };
  const errors: WeightsErrors = {
    step: position.step,
    minutes: position.seconds / 60,
    validation: errorsByNetwork(validation),
    test: errorsByNetwork(test),
  };
  return { errors, test, groups };
}

/** @param wrong places of the samples that were answered wrongly @returns nothing where every group has one sample */
function groupAnswers(
  { count, groups }: ClassifiedImages,
  wrong: ReadonlySet<number>,
): readonly GroupAnswers[] | undefined {
  if (!groups) return undefined;
  const found = new Map<string, { tested: number; wrong: number }>();
  for (let place = 0; place < count; place++) {
    const name = groups.names[groups.of[place]!]!;
    const own = found.get(name) ?? { tested: 0, wrong: 0 };
    own.tested++;
    if (wrong.has(place)) own.wrong++;
    found.set(name, own);
  }
  if (found.size === count) return undefined;
  return [...found].map(([group, answers]) => ({ group, ...answers }));
}

/** Of one's own clips there are as many as there are, whatever a pipeline would make of a dataset. */
function ownCounts<Clips>(clips: Clips, { train, validation, test }: SampleData): Clips {
  return { ...clips, train: train.count, validation: validation.count, test: test.count };
}

function errorsByNetwork({ student, teacher }: Record<Network, Answers>): Record<Network, number> {
  return { student: student.error, teacher: teacher.error };
}
