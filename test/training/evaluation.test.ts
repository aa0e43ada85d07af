import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bouncingBallsDataset } from '../../datasets/clips/bouncingBallsDataset.js';
import { evaluationText } from '../../src/cli/evaluate/evaluationText.js';
import type { PipelineConfig } from '../../src/config/config.js';
import { checkConfig } from '../../src/config/loadConfig.js';
import type { Engine } from '../../src/engine/engine.js';
import { errorsOf } from '../../src/evaluation/evaluate.js';
import { type Evaluation, evaluateRun, readEvaluation } from '../../src/evaluation/evaluateRun.js';
import { measureRollout, measureTeacherForced } from '../../src/evaluation/measure.js';
import { MOST_DECIBELS } from '../../src/evaluation/metrics.js';
import { type TrainedRun, trainRun } from '../../src/learning/trainRun.js';
import type { FrameSource } from '../../src/stream/frameSource.js';
import type { Frame } from '../../src/video/frame.js';

const folder = mkdtempSync(join(tmpdir(), 'foreframe-evaluation-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Clips given as arrays of frames, the same for every split. */
function sourceOf(clips: readonly (readonly Frame[])[]): FrameSource {
  return {
    description: `${clips.length} clips`,
    open: async function* () {
      for (const frames of clips) yield* frames;
    },
  };
}

/** A clip of even frames, one grey level each. */
function greys(levels: readonly number[], source: string, size = 12): Frame[] {
  return levels.map((level, index) => ({
    data: new Uint8Array(size * size).fill(level),
    width: size,
    height: size,
    channels: 1,
    time: index / 25,
    index,
    source,
  }));
}

function configOf(settings: {
  size: number;
  batch: number;
  training?: Record<string, unknown>;
  evaluation?: Record<string, unknown>;
}): PipelineConfig {
  const { size, batch, training, evaluation = {} } = settings;
  return checkConfig(
    {
      name: 'evaluation',
      threads: 1,
      data: { width: size, height: size, steps: 10, shuffle: 4 },
      model: { name: 'pgn', filters: [4, 4], lstm: 8 },
      training: { batch, steps: 2, ...training },
      evaluation,
    },
    'this test',
  );
}

describe('evaluating a run trained on 10 steps', () => {
  const config = configOf({ size: 30, batch: 24, evaluation: { steps: 99, context: 10, horizon: 50 } });
  let balls: (readonly Frame[])[];
  let trained: TrainedRun;
  let evaluation: Evaluation;
  beforeAll(async () => {
    const clip = await bouncingBallsDataset.open();
    balls = Array.from({ length: 24 }, (_, index) => clip('test', index).frames);
    trained = await trainRun({ config, source: sourceOf(balls), folder: join(folder, 'run') });
    evaluation = await evaluateRun(trained.run, config, trained.engine, sourceOf(balls));
  });
  afterAll(() => trained.engine.dispose());

  it('measures all 99 predictions of a clip of bouncing balls, copy-last as published', () => {
    expect(evaluation.trained).toMatchObject({ clips: 24, steps: 99, valuesPerFrame: 900 });
    const { copyLast, linear } = evaluation.trained;
    // 11.8 ± 0.27 and 6.8 over the whole split; these are its first 24 clips.
    expect(copyLast.squaredError.mean).toBeGreaterThan(11.6);
    expect(copyLast.squaredError.mean).toBeLessThan(12);
    expect(linear.squaredError.mean).toBeGreaterThan(6.5);
    expect(linear.squaredError.mean).toBeLessThan(7.1);
    expect(copyLast.squaredError.byStep).toHaveLength(99);
    expect(copyLast.meanSquaredError.mean).toBeCloseTo(copyLast.squaredError.mean / 900, 9);
  });

  it('measures the baselines alike whatever the weights', () => {
    expect(evaluation.random.copyLast).toEqual(evaluation.trained.copyLast);
    expect(evaluation.random.model.squaredError.mean).not.toBe(evaluation.trained.model.squaredError.mean);
  });

  it('follows a rollout of 50 frames', () => {
    const { rollout } = evaluation;
    expect(rollout).toMatchObject({ clips: 24, context: 10, horizon: 50 });
    for (const predictor of ['model', 'copyLast', 'linear'] as const) {
      for (const metric of ['squaredError', 'ssim'] as const)
        expect(rollout![predictor][metric]!.byStep).toHaveLength(50);
    }
    // The first frame of a rollout is the prediction that followed frame 10.
    const first = evaluation.trained.model.squaredError.byStep[9]!;
    expect(rollout!.model.squaredError.byStep[0]).toBeCloseTo(first, 4);
    expect(rollout!.copyLast.squaredError.byStep[0]).toBeCloseTo(
      evaluation.trained.copyLast.squaredError.byStep[9]!,
      6,
    );
  });

  it('keeps what the numbers rest on', async () => {
    const kept = JSON.parse(readFileSync(trained.run.evaluation, 'utf8')) as Evaluation;
    expect(kept).toEqual(JSON.parse(JSON.stringify(evaluation)));
    expect(kept).toMatchObject({ split: 'test', seed: 1, step: 2, budget: { steps: 2 }, target: 'next' });
    expect(kept.minutes.total).toBeGreaterThan(0);
    expect(kept.hardware).toMatch(
      /cores, \d+ GiB; (tensorflow|wasm) [\d.]+ on (cpu|gpu), \d+ threads, precision full/,
    );
    expect(await readEvaluation(trained.run)).toEqual(kept);
  });

  it('agrees with the cheap errors of validation', async () => {
    const clips = sourceOf(balls.map((frames) => frames.slice(0, 11)));
    const cheap = await errorsOf(trained.engine, clips, 'validation', config);
    const options = { split: 'validation', batch: 24, steps: 10, predict: 'every' } as const;
    const full = await measureTeacherForced(trained.engine, clips, options);
    expect(cheap).toMatchObject({ clips: 24, valuesPerFrame: 900 });
    for (const each of ['model', 'copyLast', 'linear', 'reconstruction'] as const) {
      const error = full![each].squaredError.mean;
      expect(Math.abs(cheap[each] - error), each).toBeLessThan(1e-5 * error);
    }
  });

  it('counts the last prediction alone where only that was trained', async () => {
    const clips = sourceOf(balls.map((frames) => frames.slice(0, 11)));
    const options = { split: 'test', batch: 24, steps: 10 } as const;
    const every = await measureTeacherForced(trained.engine, clips, { ...options, predict: 'every' });
    const last = await measureTeacherForced(trained.engine, clips, { ...options, predict: 'last' });
    expect(last!.model.squaredError.mean).toBeCloseTo(every!.model.squaredError.byStep[9]!, 6);
    expect(last!.model.squaredError.byStep).toHaveLength(1);
    const lastOnly = configOf({ size: 30, batch: 24, training: { predict: 'last' } });
    const cheap = await errorsOf(trained.engine, clips, 'validation', lastOnly);
    expect(cheap.copyLast).toBeCloseTo(last!.copyLast.squaredError.mean, 4);
  });

  it('leaves out a rollout that no clip is long enough for, and refuses clips that are too short', async () => {
    const short = sourceOf(balls.slice(0, 2).map((frames) => frames.slice(0, 11)));
    const ten = { ...config, evaluation: { horizon: 10 } };
    const without = await evaluateRun(trained.run, ten, trained.engine, short);
    expect(without.rollout).toBeUndefined();
    expect(evaluationText(without)).toContain(
      'evaluation.context 10 and evaluation.horizon 10 need clips of 20 frames, the longest test clip holds 11: lower evaluation.horizon to 1\n',
    );
    expect(await readEvaluation(trained.run)).toEqual(without);
    const kept = readFileSync(trained.run.evaluation, 'utf8');
    await expect(evaluateRun(trained.run, config, trained.engine, short)).rejects.toThrow(
      /no clip of 100 frames; .*evaluation\.steps/,
    );
    expect(JSON.parse(kept)).toMatchObject({ trained: { clips: 2 } });
    expect(readFileSync(trained.run.evaluation, 'utf8')).toBe(kept);
  });
});

describe('metrics over clips', () => {
  const config = configOf({ size: 12, batch: 2 });
  let engine: Engine;
  beforeAll(async () => {
    const clips = Array.from({ length: 4 }, (_, i) => greys(new Array(11).fill(9), `train ${i}`));
    ({ engine } = await trainRun({ config, source: sourceOf(clips), folder: join(folder, 'greys') }));
  });
  afterAll(() => engine.dispose());
  const options = { split: 'test', batch: 2, steps: 2, predict: 'every' } as const;

  it('are means of the means of clips, ± their standard deviation, also in a batch that is not full', async () => {
    // Changes by 51 levels are 0.2: squared and summed over 144 pixels 5.76. Per clip 0, 2.88 and 5.76.
    const clips = sourceOf([
      greys([0, 0, 0], 'still'),
      greys([0, 51, 51], 'once'),
      greys([0, 51, 102], 'twice'),
    ]);
    const { copyLast, linear, clips: count } = (await measureTeacherForced(engine, clips, options))!;
    expect(count).toBe(3);
    expect(copyLast.squaredError.mean).toBeCloseTo(2.88, 5);
    expect(copyLast.squaredError.sd).toBeCloseTo(2.88, 5);
    expect(copyLast.squaredError.byStep.map((value) => +value.toFixed(4))).toEqual([3.84, 1.92]);
    expect(copyLast.meanAbsoluteError.mean).toBeCloseTo(0.1, 6);
    // Of one frame no change is known: then the frame itself. After 0 and 51, linear extrapolation expects 102.
    expect(linear.squaredError.byStep.map((value) => +value.toFixed(4))).toEqual([3.84, 1.92]);
    const one = await measureTeacherForced(engine, sourceOf([greys([0, 51, 51], 'once')]), options);
    expect(one!.copyLast.squaredError.sd).toBeUndefined();
  });

  it('extrapolate further for frames further ahead', async () => {
    const clips = sourceOf([greys([0, 20, 40, 60, 80], 'rising')]);
    const { linear, copyLast } = (await measureRollout(engine, clips, {
      ...options,
      context: 2,
      horizon: 3,
    }))!;
    expect(linear.squaredError.mean).toBeLessThan(1e-9);
    const expected = [20, 40, 60].map((level) => 144 * (level / 255) ** 2);
    copyLast.squaredError.byStep.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 4);
    });
  });

  it('stay finite for frames that are predicted exactly', async () => {
    const { copyLast } = (await measureTeacherForced(
      engine,
      sourceOf([greys([7, 7, 7], 'still')]),
      options,
    ))!;
    expect(copyLast.ssim!.mean).toBeCloseTo(1, 6);
    expect(copyLast.psnr.mean).toBe(MOST_DECIBELS);
    expect(copyLast.sharpness.mean).toBe(MOST_DECIBELS);
    expect(copyLast.squaredError.mean).toBe(0);
    // Nothing to be as sharp as.
    expect(copyLast.gradientRatio).toBeUndefined();
  });
});
