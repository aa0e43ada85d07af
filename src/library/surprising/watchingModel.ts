import { UsageError } from '../../common/errors.js';
import type { PipelineConfig } from '../../config/config.js';
import { loadRun } from '../../engine/loadRun.js';
import { OnlineLearner } from '../../engine/online/onlineLearner.js';
import { openTrainingEngine } from '../../engine/openEngine.js';
import { Predictor } from '../../engine/predictor.js';
import { clipMethodOf } from '../../methods/index.js';
import { saveCheckpoint } from '../../runs/checkpoint.js';
import { inClaimedRun } from '../../runs/claimRun.js';
import { environmentOf } from '../../runs/environment.js';
import { RunFolder } from '../../runs/runFolder.js';
import type { Named } from '../../tensorflow/spec/program.js';

/** A trained network that watches, and may go on learning. */
export interface WatchingModel {
  readonly config: PipelineConfig;
  /** Watches one more stream of frames, with a memory of its own. */
  stream(): Predictor;
  readonly learner?: OnlineLearner;
  /** Write what was learned as a new run. */
  save(folder: string): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * The best weights of a run, ready to watch.
 * @throws ForeframeError when there is no run or it has no weights; UsageError when it does not expect the next frame
 */
export async function openWatchingModel(folder: string, learn: boolean): Promise<WatchingModel> {
  const run = await RunFolder.open(folder);
  const config = await run.readConfig();
  if (clipMethodOf(config.method).target !== 'next')
    throw new UsageError(
      `${folder} was trained to give back the frame that it sees (method ${config.method.name}): surprise needs a run that expects the next one`,
    );
  if (!learn) {
    const model = await loadRun(folder);
    const save = () => Promise.reject(new UsageError('--save without --learn: there is nothing new to save'));
    return { config, stream: model.stream, save, dispose: model.dispose };
  }
  const { state, position } = await run.bestCheckpoint();
  // One clip a step: the same program then watches one stream, and no weights are copied.
  const { data, training } = config;
  const single = { ...config, training: { ...training, batch: 1 }, data: { ...data, shuffle: 0 } };
  const engine = await openTrainingEngine(single);
  try {
    await engine.restore(state);
  } catch (error) {
    await engine.dispose();
    throw error;
  }
  const learner = new OnlineLearner(engine, {
    length: data.steps + 1,
    seed: config.seed,
    rates: onlineRates(config),
    advice: 'watch without --learn, or train the run again with a lower training.learningRate',
  });
  const save = (path: string) =>
    inClaimedRun(path, {}, async ({ lock }) => {
      const kept = await RunFolder.create(path, config, environmentOf(config, engine.tensorflow), { lock });
      const { best: _, ...before } = position;
      const now = { ...before, step: position.step + learner.steps };
      await saveCheckpoint(kept.last, { position: now, state: await engine.state() }, { check: kept.check });
    });
  return { config, stream: () => new Predictor(engine), learner, save, dispose: () => engine.dispose() };
}

/**
 * The learning rates of steps on one clip: the run's over its batch, as a step on one clip moves the weights as far as its share of a
 * step on a batch did (the linear scaling rule).
 */
export function onlineRates({
  method,
  training,
}: Pick<PipelineConfig, 'method' | 'training'>): Named<number> {
  const ofMethod = clipMethodOf(method).learningRates?.(method) ?? {};
  const all = Object.entries({ learningRate: training.learningRate, ...ofMethod });
  return Object.fromEntries(all.map(([name, rate]) => [name, rate / training.batch]));
}
