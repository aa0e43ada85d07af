import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { atomicWrite } from '../common/files/atomicWrite.js';
import { readJson } from '../common/files/readJson.js';
import type { PipelineConfig } from '../config/config.js';
import type { SampleConfig } from '../config/sampleConfig.js';
import type { Engine } from '../engine/engine.js';
import { answersOf } from '../methods/classification/answers.js';
import { clipMethodOf } from '../methods/index.js';
import { type Checkpoint, parametersOf } from '../runs/checkpoint.js';
import type { ClassifiedImages, SampleData } from '../samples/sampleData.js';
import type { FrameSource } from '../stream/frameSource.js';
import { inputShape } from '../tensorflow/spec/inputShape.js';
import { count, keptNumber } from './evaluationSchemas.js';
import { type MeasuredClip, type MeasureOptions, measureRollout, measureTeacherForced } from './measure.js';

const text = z.string().max(10_000);
/** A clip's group is missing where nothing is known of its file. */
const clips = z.array(z.object({ id: text, source: text, time: keptNumber, group: text.optional() }));
const scores = z.array(keptNumber);
const metrics = z.object({
  meanSquaredError: scores,
  meanAbsoluteError: scores,
  psnr: scores,
  ssim: scores.optional(),
});
const measured = z.object({ clips, model: metrics, copyLast: metrics });

/** Of one's own data what was tested, by `FrameSource.tested`; missing of datasets, and in files of an older foreframe. */
const tested = text.optional();

/** How each clip of the test split was predicted. */
const clipScores = z.object({
  kind: z.literal('clips'),
  weights: text,
  tested,
  /** A person gave groups: otherwise a clip's group is its file. */
  grouped: z.boolean().optional(),
  sizes: z.object({ steps: count, predict: z.enum(['every', 'last']), context: count, horizon: count }),
  nextFrame: measured,
  /** Missing where no clip is long enough; `byStep` is the mean squared error by frames ahead. */
  rollout: measured.extend({ byStep: z.object({ model: scores, copyLast: scores }) }).optional(),
});
export type ClipTestScores = z.infer<typeof clipScores>;
export type ScoredClips = z.infer<typeof measured>;

/** Which images of the test set were classified wrongly. */
const imageScores = z.object({
  kind: z.literal('images'),
  weights: text,
  tested,
  /** The data in one line. */
  data: text.optional(),
  network: z.enum(['student', 'teacher']),
  /** Checksum of images and labels. */
  set: text,
  images: count,
  /** Places of the images. */
  wrong: z.array(count),
  /** Names of the groups or files of all images or clips, where they are known. */
  groups: z.object({ named: z.boolean(), of: z.array(text) }).optional(),
});
export type ImageTestScores = z.infer<typeof imageScores>;

const schema = z.discriminatedUnion('kind', [clipScores, imageScores]);
export type TestScores = ClipTestScores | ImageTestScores;

/** A checksum of the weights: scores of others are out of date. */
export function weightsId({ state }: Pick<Checkpoint, 'state'>): string {
  const hash = createHash('sha256');
  for (const [name, { data }] of Object.entries(parametersOf(state)).sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex').slice(0, 16);
}

/** The scores that `foreframe compare` has kept beside a run, if they are of these weights; `tested` is still to be looked at. */
export async function readTestScores(folder: string, weights: string): Promise<TestScores | undefined> {
  const kept = await readJson(pathIn(folder), { schema, remedy: 'delete it: it is measured again' });
  return kept?.weights === weights ? kept : undefined;
}

export function writeTestScores(folder: string, scored: TestScores): Promise<void> {
  return atomicWrite(pathIn(folder), `${JSON.stringify(scored)}\n`);
}

function pathIn(folder: string): string {
  return join(folder, 'test-scores.json');
}

/** What a run is measured with where its settings leave it open. */
export function sizesOf({ data, method, evaluation }: PipelineConfig): ClipTestScores['sizes'] {
  const { steps = data.steps, context = data.steps, horizon } = evaluation;
  const { predict = clipMethodOf(method).predicts(method) } = evaluation;
  return { steps, predict, context, horizon };
}

/**
 * Measure how each clip of the test split is predicted by the weights that the engine holds. Means over clips are those of
 * `evaluation.json`. None where the split holds no clip of `evaluation.steps` frames and one more.
 */
export async function scoreClips(
  engine: Engine,
  source: FrameSource,
  config: PipelineConfig,
  weights: string,
): Promise<ClipTestScores | undefined> {
  const sizes = sizesOf(config);
  const [batch] = inputShape(engine.inputs, 'advance', 'frame');
  const watched = { split: 'test', batch } as const;
  let nextFrame: ScoredClips | undefined;
  await measureTeacherForced(engine, source, {
    ...{ ...watched, steps: sizes.steps, predict: sizes.predict },
    onClips: keeping(source, (found) => {
      nextFrame = found;
    }),
  });
  if (!nextFrame) return undefined;
  let ahead: ScoredClips | undefined;
  const rollout = await measureRollout(engine, source, {
    ...{ ...watched, context: sizes.context, horizon: sizes.horizon },
    onClips: keeping(source, (found) => {
      ahead = found;
    }),
  });
  const byStep = rollout && {
    model: [...rollout.model.meanSquaredError.byStep],
    copyLast: [...rollout.copyLast.meanSquaredError.byStep],
  };
  return {
    kind: 'clips',
    weights,
    tested: source.tested,
    grouped: source.grouped,
    sizes,
    nextFrame,
    ...(ahead && byStep && { rollout: { ...ahead, byStep } }),
  };
}

function keeping({ columnsOf }: FrameSource, keep: (found: ScoredClips) => void): MeasureOptions['onClips'] {
  return (found: readonly MeasuredClip[], tally) => {
    const plain = (who: 'model' | 'copyLast') => {
      const { meanSquaredError, meanAbsoluteError, psnr, ssim } = tally.byClip(who);
      return {
        meanSquaredError: [...meanSquaredError],
        meanAbsoluteError: [...meanAbsoluteError],
        psnr: [...psnr],
        ...(ssim && { ssim: [...ssim] }),
      };
    };
    const clips = found.map((clip) => {
      const group = columnsOf?.(clip.source)?.group;
      return { ...clip, ...(group !== undefined && { group: `${group}` }) };
    });
    keep({ clips, model: plain('model'), copyLast: plain('copyLast') });
  };
}

/** Which images of a test set the weights that the engine holds classify wrongly. */
export async function scoreImages(
  engine: Engine,
  { test, classes, description, tested }: SampleData,
  { network }: SampleConfig['evaluation'],
  weights: string,
): Promise<ImageTestScores> {
  const wrong: number[] = [];
  await answersOf(engine, test, classes.length, (whose, place) => {
    if (whose === network) wrong.push(place);
  });
  const { count: images, groups } = test;
  return {
    ...{ kind: 'images', weights, tested, data: description, network, set: setId(test), images, wrong },
    ...(groups && { groups: { named: groups.named, of: Array.from(groups.of, (at) => groups.names[at]!) } }),
  };
}

function setId({ labels, images }: ClassifiedImages): string {
  const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return createHash('sha256').update(bytes(images)).update(bytes(labels)).digest('hex').slice(0, 16);
}
