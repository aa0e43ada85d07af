import { z } from 'zod';
import { ForeframeError } from '../common/errors.js';
import { atomicWrite } from '../common/files/atomicWrite.js';
import { checkJson, readJson } from '../common/files/readJson.js';
import type { PipelineConfig, TrainingConfig } from '../config/config.js';
import type { Engine } from '../engine/engine.js';
import { untrainedState } from '../engine/openEngine.js';
import { type ClipMethod, clipMethodOf } from '../methods/index.js';
import { hardwareOf } from '../runs/environment.js';
import { readMetrics } from '../runs/metricsLog.js';
import type { RunFolder } from '../runs/runFolder.js';
import type { FrameSource } from '../stream/frameSource.js';
import { inputShape } from '../tensorflow/spec/inputShape.js';
import { evaluationSchema } from './evaluationSchemas.js';
import { longestClip } from './longestClip.js';
import { measureRollout, measureTeacherForced, type Rollout, type TeacherForced } from './measure.js';

/** All measurements of a run and their conditions: `evaluation.json`. */
export interface Evaluation {
  readonly name: string;
  readonly split: 'test';
  readonly data: string;
  readonly seed: number;
  /** Of the weights: the best on the validation split. */
  readonly step: number;
  /** Minutes of training, to those weights and in all. */
  readonly minutes: { readonly weights: number; readonly total: number };
  /** When training was to stop. */
  readonly budget: Pick<TrainingConfig, 'steps' | 'epochs' | 'seconds'>;
  /** What the run was trained to give back. */
  readonly target: ClipMethod['target'];
  /** Processor, memory and TensorFlow of the training, in one line. */
  readonly hardware: string;
  readonly trained: TeacherForced;
  /** The same network before training. */
  readonly random: TeacherForced;
  /** Missing where the test split has no clip long enough. */
  readonly rollout?: Rollout;
  /** Instead of it: frames that a clip would need, `context` and `horizon` more, and frames of the longest that there is. */
  readonly noRollout?: { readonly context: number; readonly horizon: number; readonly longestClip: number };
}

/**
 * Measures the run's best weights and every baseline on the test split, and saves the result in the run folder. The engine
 * holds those weights afterwards.
 * @param keep false where `config` asks for other sizes than the run's own: reports and `bench results` read what is kept
 * @throws ForeframeError when the test split holds no clip of `evaluation.steps` frames and one more
 */
export async function evaluateRun(
  run: RunFolder,
  config: PipelineConfig,
  engine: Engine,
  source: FrameSource,
  { keep = true }: { readonly keep?: boolean } = {},
): Promise<Evaluation> {
  const { method, training, seed } = config;
  const { target, predicts } = clipMethodOf(method);
  const { steps = config.data.steps, context = config.data.steps, horizon } = config.evaluation;
  const { predict = predicts(method) } = config.evaluation;
  const [batch] = inputShape(engine.inputs, 'advance', 'frame');
  const watched = { split: 'test', batch, steps, predict } as const;
  const { position, state } = await run.bestCheckpoint();
  // Read before the work, so that a damaged file is reported at once.
  const hardware = hardwareOf(await run.readEnvironment());
  const seconds = readMetrics(run.metrics).findLast((record) => record.seconds !== undefined)?.seconds;
  await engine.restore(untrainedState(config));
  const random = await measureTeacherForced(engine, source, watched);
  await engine.restore(state);
  const trained = await measureTeacherForced(engine, source, watched);
  if (!trained || !random) throw noClips(source, steps);
  const rollout = await measureRollout(engine, source, {
    split: 'test',
    batch,
    context,
    horizon,
  });
  const evaluation: Evaluation = {
    name: config.name,
    split: 'test',
    data: source.description,
    seed,
    step: position.step,
    minutes: { weights: position.seconds / 60, total: (seconds ?? position.seconds) / 60 },
    budget: { steps: training.steps, epochs: training.epochs, seconds: training.seconds },
    target,
    hardware,
    trained,
    random,
    ...(rollout
      ? { rollout }
      : { noRollout: { context, horizon, longestClip: await longestClip(source, 'test') } }),
  };
  if (keep) await atomicWrite(run.evaluation, `${JSON.stringify(evaluation, null, 1)}\n`);
  return evaluation;
}

/**
 * The evaluation that the run folder holds, if it is one of these weights.
 * @throws ForeframeError when the file is there and damaged
 */
export async function readEvaluation(run: RunFolder): Promise<Evaluation | undefined> {
  const remedy = 'delete it, or write it again with `foreframe evaluate`';
  const raw = await readJson(run.evaluation, { schema: z.looseObject({}), remedy });
  // `minutes` came with the metrics: a file without it was written by an older foreframe.
  if (raw?.minutes === undefined) return undefined;
  const kept = checkJson(raw, run.evaluation, { schema: evaluationSchema, remedy });
  const { position } = await run.bestCheckpoint();
  return kept.step === position.step ? kept : undefined;
}

function noClips(source: FrameSource, steps: number): ForeframeError {
  return new ForeframeError(
    `${source.description}: the test part holds no clip of ${steps + 1} frames; use a longer video or lower ` +
      'evaluation.steps (data.steps, where it is not set)',
  );
}
