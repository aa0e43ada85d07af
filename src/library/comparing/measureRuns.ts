import { isDeepStrictEqual } from 'node:util';
import { ForeframeError, InterruptedError } from '../../common/errors.js';
import type { PipelineConfig } from '../../config/config.js';
import { isAborted } from '../../data/interruptibleSource.js';
import type { Engine } from '../../engine/engine.js';
import { openEvaluationEngine, openSampleEngine } from '../../engine/openEngine.js';
import { readSampleEvaluation, type SampleEvaluation } from '../../evaluation/sampleEvaluation.js';
import {
  type ClipTestScores,
  type ImageTestScores,
  readTestScores,
  scoreClips,
  scoreImages,
  sizesOf,
  type TestScores,
  weightsId,
  writeTestScores,
} from '../../evaluation/testScores.js';
import { firstWeightsNote } from '../../runs/firstWeights.js';
import { heldOut } from '../../samples/sampleData.js';
import type { FrameSource } from '../../stream/frameSource.js';
import { inputShape } from '../../tensorflow/spec/inputShape.js';
import { readingProgress } from '../evaluating/evaluationProgress.js';
import { type WatchedClip, watchedClips } from '../reporting/watchedClips.js';
import { ownTested } from '../sources/ownSamples.js';
import { openRunSource } from '../sources/runSource.js';
import { sampleData } from '../sources/sampleData.js';
import type { Watching } from '../watching.js';
import type { Arithmetic, ComparedClipRun, ComparedImageRun } from './openCompared.js';

/** A run on clips with what it scored and what it expects to see. */
export interface MeasuredClipRun extends ComparedClipRun {
  readonly step: number;
  readonly scores: ClipTestScores;
  /** The source of its frames, in one line. */
  readonly data: string;
  /** The first test clips. */
  readonly watched: readonly WatchedClip[];
}

export interface MeasuredImageRun extends ComparedImageRun {
  readonly evaluation: SampleEvaluation;
  /** Missing of a method without labels: it measures no image by itself. */
  readonly scores?: ImageTestScores;
}

/** How often the test split is read: for next frames, and for rollouts. */
const READINGS = 2;
/** Test clips that a page shows. */
const EXAMPLES = 2;

/**
 * Measure a run on its test split, where that is not kept of these weights, and watch its first clips.
 * @param sizes the frames of the clips to watch: those of the first run, so that all are shown the same ones
 */
export async function measureClipRun(
  compared: ComparedClipRun,
  sizes: Pick<PipelineConfig, 'data' | 'evaluation'>,
  arithmetic: Arithmetic,
  watching: Watching,
): Promise<MeasuredClipRun> {
  const { run, config, name } = compared;
  const checkpoint = await run.bestCheckpoint();
  if (checkpoint.position.step === 0) watching.onNote?.(firstWeightsNote(run.path));
  const weights = weightsId(checkpoint);
  const kept = await readTestScores(run.path, weights);
  const source = await openRunSource(run, config, watching);
  const isWhole =
    kept?.kind === 'clips' && kept.tested === source.tested && isDeepStrictEqual(kept.sizes, sizesOf(config));
  const whole = isWhole ? kept : undefined;
  if (!whole) watching.onNote?.(`measuring ${name} on its test split`);
  const engine = await openEvaluationEngine({ ...config, ...arithmetic });
  try {
    await engine.restore(checkpoint.state);
    const scores =
      whole ??
      (await scoreClips(engine, readingProgress(source, watching.onProgress, READINGS), config, weights));
    if (!scores) throw noClips(name, sizesOf(config).steps);
    if (!whole) await keep(run.path, scores, watching);
    const watched = await watchAs(sizes, config, engine, source);
    return { ...compared, step: checkpoint.position.step, scores, data: source.description, watched };
  } finally {
    await engine.dispose();
  }
}

/** The first test clips of a run, as it expects them: nothing is measured. @param sizes as of `measureClipRun` */
export async function watchClipRun(
  { run, config }: ComparedClipRun,
  sizes: Pick<PipelineConfig, 'data' | 'evaluation'>,
  arithmetic: Arithmetic,
  watching: Watching,
): Promise<readonly WatchedClip[]> {
  const checkpoint = await run.bestCheckpoint();
  const source = await openRunSource(run, config, watching);
  const engine = await openEvaluationEngine({ ...config, ...arithmetic });
  try {
    await engine.restore(checkpoint.state);
    return await watchAs(sizes, config, engine, source);
  } finally {
    await engine.dispose();
  }
}

function watchAs(
  { data, evaluation }: Pick<PipelineConfig, 'data' | 'evaluation'>,
  config: PipelineConfig,
  engine: Engine,
  source: FrameSource,
): Promise<WatchedClip[]> {
  const [batch] = inputShape(engine.inputs, 'advance', 'frame');
  const shown = {
    ...config,
    data: { ...config.data, steps: data.steps },
    evaluation: { ...evaluation, context: evaluation.context ?? data.steps },
    training: { ...config.training, batch },
  };
  return watchedClips(shown, engine, source, EXAMPLES);
}

/** Read the test of a run on images, and which images it answered wrongly, measured where that is not kept. */
export async function measureImageRun(
  compared: ComparedImageRun,
  arithmetic: Arithmetic,
  watching: Watching,
): Promise<MeasuredImageRun> {
  const { run, config, name } = compared;
  const evaluation = await readSampleEvaluation(run, config);
  if (!evaluation)
    throw new ForeframeError(`${run.path} is not evaluated yet: run \`foreframe evaluate ${run.path}\``);
  if (evaluation.kind === 'task') return { ...compared, evaluation };
  const checkpoint = await run.bestCheckpoint();
  const weights = weightsId(checkpoint);
  const kept = await readTestScores(run.path, weights);
  if (kept?.kind === 'images' && kept.network === config.evaluation.network) {
    if (await isOfTheseData(kept, compared, watching)) return { ...compared, evaluation, scores: kept };
  }
  if (await isAborted(watching.signal)) throw new InterruptedError(`comparing ${name} was interrupted`);
  watching.onNote?.(`measuring ${name} on its test images`);
  const data = heldOut(await sampleData(config, watching), config.evaluation.samples);
  const engine = await openSampleEngine({ ...config, ...arithmetic }, data);
  try {
    await engine.restore(checkpoint.state);
    const scores = await scoreImages(engine, data, config.evaluation, weights);
    await keep(run.path, scores, watching);
    return { ...compared, evaluation, scores };
  } finally {
    await engine.dispose();
  }
}

/** Whether the test images or clips are those of the scores, in the same groups. Data that are gone are taken for unchanged, and a note says so. */
async function isOfTheseData(
  { tested }: ImageTestScores,
  { name, config: { data } }: ComparedImageRun,
  watching: Watching,
): Promise<boolean> {
  // A dataset is what its name says.
  if (data.dataset !== undefined) return true;
  // Kept by an older foreframe: its groups are not known.
  if (tested === undefined) return false;
  try {
    return tested === (await ownTested(data, watching));
  } catch (error) {
    if (!(error instanceof ForeframeError)) throw error;
    watching.onNote?.(
      `${name}: the scores that were kept are taken, its data cannot be read: ${error.message}`,
    );
    return true;
  }
}

/** A run folder that cannot be written is read all the same. */
async function keep(folder: string, scores: TestScores, { onNote }: Watching): Promise<void> {
  try {
    await writeTestScores(folder, scores);
  } catch (error) {
    if (!(error instanceof ForeframeError)) throw error;
    onNote?.(`the scores are not kept: ${error.message}`);
  }
}

function noClips(name: string, steps: number): ForeframeError {
  return new ForeframeError(
    `${name}: the test part holds no clip of ${steps + 1} frames; leave this run out, or train it on a longer video`,
  );
}
