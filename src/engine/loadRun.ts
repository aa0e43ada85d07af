import { ForeframeError } from '../common/errors.js';
import type { PipelineConfig } from '../config/config.js';
import { parametersOf } from '../runs/checkpoint.js';
import { firstWeightsNote } from '../runs/firstWeights.js';
import { RunFolder } from '../runs/runFolder.js';
import { openPredictEngine } from './openEngine.js';
import { Predictor } from './predictor.js';

/** A trained model, ready to watch a stream of frames. */
export interface TrainedModel {
  readonly config: PipelineConfig;
  /** A stream of its own, as `stream()` gives one. */
  readonly predictor: Predictor;
  /** One more stream of frames on the same weights, with a memory of its own. */
  stream(): Predictor;
  /** Later calls of a predictor fail, except for another `dispose`, which does nothing. */
  dispose(): Promise<void>;
}

/**
 * Load the best weights of a run.
 * @param folder run folder
 * @param batch streams that are watched side by side
 * @param onNote what a person should know: that these weights have learned nothing
 * @throws ForeframeError when there is no run, its checkpoint is damaged, or `batch` is not a whole number from 1
 */
export async function loadRun(
  folder: string,
  { batch = 1, onNote }: { batch?: number; onNote?: (note: string) => void } = {},
): Promise<TrainedModel> {
  if (typeof folder !== 'string')
    throw new ForeframeError(`a run is loaded from its folder, not from ${String(folder)}`);
  if (!Number.isSafeInteger(batch) || batch < 1)
    throw new ForeframeError(
      `${folder}: batch is ${String(batch)}: give a whole number of streams from 1 on`,
    );
  const run = await RunFolder.open(folder);
  const config = await run.readConfig();
  const { state, position } = await run.bestCheckpoint();
  if (position.step === 0) onNote?.(firstWeightsNote(run.path));
  const engine = await openPredictEngine(config, batch);
  await engine.restore(parametersOf(state)).catch(async (error: unknown) => {
    await engine.dispose();
    throw error;
  });
  const stream = () => new Predictor(engine);
  return { config, predictor: stream(), stream, dispose: () => engine.dispose() };
}
