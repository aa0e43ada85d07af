import { atomicWrite } from '../common/atomicWrite.js';
import { ForeframeError } from '../common/errors.js';
import type { FrameSource } from '../stream/frameSource.js';
import type { PipelineConfig } from '../training/config.js';
import type { Engine } from '../training/engine.js';
import { errorsOf, type SplitErrors } from '../training/evaluate.js';
import { openTrainingEngine, untrainedState } from '../training/openEngine.js';
import { type RolloutErrors, rolloutErrors } from '../training/rolloutErrors.js';
import { RunFolder } from '../training/runFolder.js';
import { openSource } from './experiment.js';
import { textTable } from './terminal.js';

/** Frames that a model is left to expect on its own in an evaluation. */
const HORIZON = 10;

/** What `evaluate` measures and keeps as `evaluation.json`. Errors are squared, summed over a frame's values. */
export interface Evaluation {
  readonly split: 'test';
  readonly seed: number;
  readonly step: number;
  readonly trained: SplitErrors;
  /** The same network before training. */
  readonly random: SplitErrors;
  /** Missing where the test split has no clip long enough. */
  readonly rollout?: RolloutErrors;
}

/** `foreframe evaluate RUN` */
export async function evaluateCommand(path: string, options: { json?: boolean }): Promise<void> {
  const run = await RunFolder.open(path);
  const config = await run.readConfig();
  const source = await openSource(config);
  const engine = await openTrainingEngine(config);
  try {
    const evaluation = await evaluateRun(run, config, engine, source);
    console.log(options.json ? JSON.stringify(evaluation) : evaluationText(evaluation));
  } finally {
    await engine.dispose();
  }
}

/** Measure the run's best weights on the test split beside every baseline, and keep the answer in the run folder. */
export async function evaluateRun(
  run: RunFolder,
  config: PipelineConfig,
  engine: Engine,
  source: FrameSource,
): Promise<Evaluation> {
  const { position, state } = await run.bestCheckpoint();
  await engine.restore(untrainedState(config));
  const random = await errorsOf(engine, source, 'test', config);
  if (random.clips === 0) {
    throw new ForeframeError(
      `${source.description}: the test part holds no clip of ${config.data.steps + 1} frames; use a longer video or lower data.steps`,
    );
  }
  await engine.restore(state);
  const trained = await errorsOf(engine, source, 'test', config);
  const { steps: context } = config.data;
  const rollout = await rolloutErrors(engine, source, 'test', {
    context,
    horizon: HORIZON,
    batchSize: config.training.batch,
  });
  const evaluation: Evaluation = {
    split: 'test',
    seed: config.seed,
    step: position.step,
    trained,
    random,
    ...(rollout.clips > 0 && { rollout }),
  };
  await atomicWrite(run.evaluation, `${JSON.stringify(evaluation, null, 2)}\n`);
  return evaluation;
}

/** Rows of predictor, squared error per frame, mean squared error, error relative to copy-last. */
export function evaluationRows({ trained, random }: Evaluation): [string, number, number, number][] {
  const row = (name: string, error: number): [string, number, number, number] => [
    name,
    error,
    error / trained.valuesPerFrame,
    error / trained.copyLast,
  ];
  return [
    row('model', trained.model),
    row('copy-last', trained.copyLast),
    row('linear extrapolation', trained.linear),
    row('random weights', random.model),
  ];
}

export const EVALUATION_COLUMNS = ['predictor', 'squared error / frame', 'mean squared error', '÷ copy-last'];

export function evaluationText(evaluation: Evaluation): string {
  const { trained, rollout, step, seed } = evaluation;
  const rows = evaluationRows(evaluation).map(([name, ...values]) => [
    name,
    ...values.map((value) => value.toPrecision(4)),
  ]);
  const lines = [
    `test split, ${trained.clips} clips, teacher-forced, weights of step ${step}, seed ${seed}`,
    textTable(EVALUATION_COLUMNS, rows),
  ];
  if (rollout) {
    const ahead = [1, 2, 5, 10].filter((n) => n <= rollout.model.length);
    const line = (name: string, errors: number[]) => [
      name,
      ...ahead.map((n) => errors[n - 1]!.toPrecision(4)),
    ];
    lines.push(
      '',
      `rollout, squared error per frame by frames ahead, ${rollout.clips} clips`,
      textTable(
        ['predictor', ...ahead.map((n) => `+${n}`)],
        [
          line('model', rollout.model),
          line('copy-last', rollout.copyLast),
          line('linear extrapolation', rollout.linear),
        ],
      ),
    );
  }
  return lines.join('\n');
}
