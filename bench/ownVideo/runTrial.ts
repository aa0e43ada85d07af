import { cpus } from 'node:os';
import type { PipelineConfig } from '../../src/config/config.js';
import type { Engine } from '../../src/engine/engine.js';
import { measureRollout, measureTeacherForced } from '../../src/evaluation/measure.js';
import { trainClipRun } from '../../src/library/training/trainClipRun.js';
import type { Watching } from '../../src/library/watching.js';
import type { FrameSource } from '../../src/stream/frameSource.js';
import type { Result, TrialErrors } from './records.js';
import { CONTEXT, HORIZON } from './trialConfig.js';

/** What came of a training: the best weights' errors on both held-out splits. */
export type Outcome = Pick<Result, 'bestStep' | 'validation' | 'test' | 'processor' | 'date'>;

/** Train a pipeline into `folder`, going on with what is there, and measure its best weights. */
export async function runTrial(config: PipelineConfig, folder: string, watching: Watching): Promise<Outcome> {
  const { run, engine, source } = await trainClipRun(config, folder, { ...watching, resume: true });
  try {
    const { position, state } = await run.bestCheckpoint();
    await engine.restore(state);
    return {
      bestStep: position.step,
      validation: await errorsOf(engine, source, 'validation', config),
      test: await errorsOf(engine, source, 'test', config),
      processor: cpus()[0]?.model ?? 'unknown',
      date: new Date().toISOString(),
    };
  } finally {
    await engine.dispose();
  }
}

async function errorsOf(
  engine: Engine,
  source: FrameSource,
  split: 'validation' | 'test',
  { name, training: { batch } }: PipelineConfig,
): Promise<TrialErrors> {
  const watched = await measureTeacherForced(engine, source, {
    split,
    batch,
    steps: CONTEXT,
    predict: 'every',
  });
  if (!watched) throw new Error(`${name}: the ${split} split holds no clip`);
  const { model, copyLast, clips } = watched;
  const rollout = await measureRollout(engine, source, { split, batch, context: CONTEXT, horizon: HORIZON });
  const last = (metrics: typeof model) => metrics.squaredError.byStep[HORIZON - 1]!;
  return {
    clips,
    model: model.squaredError.mean,
    copyLast: copyLast.squaredError.mean,
    ...(rollout && {
      rollout: { clips: rollout.clips, model: last(rollout.model), copyLast: last(rollout.copyLast) },
    }),
  };
}
