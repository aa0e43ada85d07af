import { isDeepStrictEqual } from 'node:util';
import { UsageError } from '../common/errors.js';
import type { EvaluationConfig, PipelineConfig } from '../config/config.js';
import { loadSampleConfig } from '../config/loadConfig.js';
import { openEvaluationEngine } from '../engine/openEngine.js';
import { type Evaluation, evaluateRun } from '../evaluation/evaluateRun.js';
import type { SampleEvaluation } from '../evaluation/sampleEvaluation.js';
import { noteFirstWeights } from '../runs/firstWeights.js';
import { RunFolder } from '../runs/runFolder.js';
import { checkKeeps } from './evaluating/checkKeeps.js';
import { evaluateImageRun } from './evaluating/evaluateImageRun.js';
import { readingProgress } from './evaluating/evaluationProgress.js';
import { openRunSource } from './sources/runSource.js';
import type { Watching } from './watching.js';

/** What differs from the run's own `evaluation` settings, of a run that learned from clips. */
export type EvaluationSizes = Partial<EvaluationConfig>;

export type EvaluateOptions = EvaluationSizes & Watching;

/** What a run came to on its test split. */
export type Evaluated =
  | {
      readonly kind: 'clips';
      readonly evaluation: Evaluation;
      /** Whether it was written to the run folder: not where other sizes than the run's own were asked for. */
      readonly kept: boolean;
    }
  | { readonly kind: 'images'; readonly evaluation: SampleEvaluation; readonly kept: true };

/**
 * Measure a saved run on its test split, without training: the best weights beside every baseline, or the errors of a classifier.
 * The answer is kept as `evaluation.json` in the run folder.
 * @param path run folder
 * @throws ForeframeError when there is no run, it has saved no weights, its data came through a pipe, the test split holds no clip
 * long enough, or the run folder cannot be written; UsageError for sizes of frames where it learned from images
 */
export async function evaluate(path: string, options: EvaluateOptions = {}): Promise<Evaluated> {
  const { signal, onProgress, onNote, ...asked } = options;
  const run = await RunFolder.open(path);
  const sizes = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const watching = { signal, onProgress, onNote };
  return (await run.readKind()) === 'images'
    ? evaluateImages(run, sizes, watching)
    : evaluateClips(run, sizes, watching);
}

async function evaluateClips(run: RunFolder, sizes: EvaluationSizes, watching: Watching): Promise<Evaluated> {
  const own = await run.readConfig();
  const config: PipelineConfig = { ...own, evaluation: { ...own.evaluation, ...sizes } };
  // How many clips are measured side by side changes no answer, only the memory that it takes.
  const kept = isDeepStrictEqual({ ...config.evaluation, batch: 0 }, { ...own.evaluation, batch: 0 });
  // Read and asked first: a run without weights, or one that is only to be read, is not measured in vain.
  await noteFirstWeights(run, watching.onNote);
  await run.bestCheckpoint();
  if (kept) await checkKeeps(run);
  const source = readingProgress(await openRunSource(run, config, watching), watching.onProgress);
  const engine = await openEvaluationEngine(config);
  try {
    const evaluation = await evaluateRun(run, config, engine, source, { keep: kept });
    return { kind: 'clips', evaluation, kept };
  } finally {
    await engine.dispose();
  }
}

/** A run on images has its test in its own settings. */
async function evaluateImages(
  run: RunFolder,
  sizes: EvaluationSizes,
  watching: Watching,
): Promise<Evaluated> {
  const [other] = Object.keys(sizes);
  if (other !== undefined)
    throw new UsageError(`--${other}: ${run.path} learned from images, which have no frames: leave it out`);
  const evaluation = await evaluateImageRun(run, await loadSampleConfig(run.config), watching);
  return { kind: 'images', evaluation, kept: true };
}
