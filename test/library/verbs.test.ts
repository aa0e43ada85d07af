import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkConfig,
  evaluate,
  exportModel,
  extract,
  ForeframeError,
  probe,
  report,
  type TrainEvent,
  type TrainedOnClips,
  type TrainedOnImages,
  train,
  type WorkProgress,
} from '../../src/index.js';
import { nativeInstalls } from '../../src/tensorflow/install/install.js';
import { root } from '../docs/pages.js';
import { temporaryFolder } from '../video/makeVideo.js';

const execute = promisify(execFile);
const folder = temporaryFolder();

/** Code in a process of its own, `foreframe` being the build, prints JSON. */
async function inFreshProcess(code: string): Promise<unknown> {
  const entry = JSON.stringify(join(root, 'dist/src/index.js'));
  const { stdout } = await execute(process.execPath, [
    '--input-type=module',
    '-e',
    `import * as foreframe from ${entry};\n${code}`,
  ]);
  return JSON.parse(stdout);
}

describe('a run on clips', () => {
  const run = join(folder, 'clips');
  let trained: TrainedOnClips;
  const events: TrainEvent[] = [];
  const config = checkConfig(
    {
      name: 'balls',
      data: {
        dataset: 'bouncing-balls',
        via: 'arrays',
        clips: { train: 24, validation: 4, test: 6, frames: 12 },
        width: 15,
        height: 15,
        steps: 4,
        shuffle: 8,
      },
      model: { name: 'pgn', filters: [4, 4], lstm: 8 },
      training: { batch: 4, steps: 6, validateEvery: 3 },
      evaluation: { horizon: 3 },
    },
    'test',
  );

  beforeAll(async () => {
    trained = await train({ config, folder: run, onEvent: (event) => events.push(event) });
  });

  it('is trained, and says what happened', () => {
    expect(trained).toMatchObject({ kind: 'clips', finished: false, once: false, position: { step: 6 } });
    expect(trained.framesRead.train).toBeGreaterThan(0);
    expect(events.filter(({ kind }) => kind === 'step').length).toBe(6);
    expect(events.every(({ of }) => of === 'clips')).toBe(true);
  });

  it('is evaluated in a fresh process, without training', async () => {
    const before = readFileSync(join(run, 'checkpoints', 'last.safetensors'));
    const answer = await inFreshProcess(
      `console.log(JSON.stringify(await foreframe.evaluate(${JSON.stringify(run)})));`,
    );
    expect(answer).toMatchObject({ kind: 'clips', kept: true, evaluation: { trained: { clips: 12 } } });
    const kept = JSON.parse(readFileSync(join(run, 'evaluation.json'), 'utf8'));
    expect(kept).toEqual((answer as { evaluation: unknown }).evaluation);
    expect(readFileSync(join(run, 'checkpoints', 'last.safetensors')).equals(before)).toBe(true);
  });

  it('says truly how far an evaluation is, and keeps only one of its own sizes', async () => {
    const kept = readFileSync(join(run, 'evaluation.json'), 'utf8');
    const heard: WorkProgress[] = [];
    const answer = await evaluate(run, { steps: 6, onProgress: (progress) => heard.push(progress) });
    expect(answer.kept).toBe(false);
    expect(readFileSync(join(run, 'evaluation.json'), 'utf8')).toBe(kept);
    const shares = heard.map(({ done, total }) => done / total);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[0]).toBeLessThan(0.05);
    expect(shares.at(-1)).toBeCloseTo(1, 6);
    // Clips side by side change the memory that it takes, and nothing else.
    const one = await evaluate(run, { batch: 1 });
    if (one.kind !== 'clips') throw new Error('clips');
    const error = ({ trained }: typeof one.evaluation) => trained.model.meanSquaredError.mean;
    expect(one.kept).toBe(true);
    expect(error(one.evaluation)).toBeCloseTo(error(JSON.parse(kept)), 5);
  });

  it('stops an evaluation when it is asked to', async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    await expect(evaluate(run, { signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: 'interrupted',
    });
  });

  it('is looked into and probed', async () => {
    const [trainFile, testFile] = [join(folder, 'train.parquet'), join(folder, 'test.parquet')];
    const rows: WorkProgress[] = [];
    const summary = await extract(run, {
      split: 'train',
      out: trainFile,
      times: [2, 4],
      onProgress: (progress) => rows.push(progress),
    });
    expect(summary).toMatchObject({ clips: 24, rows: 48, times: [2, 4], layers: { 'lstm.h': [8] } });
    expect(rows.at(-1)).toMatchObject({ task: 'extracting', done: 48, total: 48 });
    await extract(run, { out: testFile });
    const options = { target: 'position', method: 'ridge', layer: 'lstm.h', time: 4 } as const;
    const probed = await probe({ train: trainFile, test: testFile }, options);
    if (probed.kind !== 'scores') throw new Error('scores');
    expect(probed.scores).toMatchObject([{ layer: 'lstm.h', time: 4, trainRows: 24, testRows: 6 }]);
    const folded = await probe(trainFile, { ...options, folds: 3 });
    expect(folded).toMatchObject({ kind: 'scores', byClip: true });
    await expect(probe(trainFile, { ...options, shots: [1] })).rejects.toBeInstanceOf(ForeframeError);
  });

  it('is reported and exported', async () => {
    const written = await report(run);
    expect(written).toEqual({ kind: 'clips', page: join(run, 'report.html') });
    expect(statSync(written.page).size).toBeGreaterThan(10_000);
    if (!nativeInstalls()[0]) return;
    const exported = await exportModel(run, { batch: 2 });
    expect(exported).toMatchObject({ folder: join(run, 'savedmodel'), frames: [2, 4, 15, 15, 1] });
    expect(existsSync(join(run, 'savedmodel', 'saved_model.pb'))).toBe(true);
  });

  it('goes on where it is resumed, and says so where nothing is left to do', async () => {
    const again = await train({ folder: run, resume: true });
    expect(again).toMatchObject({ kind: 'clips', finished: true });
    const more = await train({ folder: run, resume: true, set: ['training.steps=8'] });
    expect(more).toMatchObject({ kind: 'clips', finished: false, position: { step: 8 } });
  });

  it('is not measured in vain where the answer could not be kept', async () => {
    const copy = join(folder, 'copy');
    cpSync(run, copy, { recursive: true });
    rmSync(join(copy, 'evaluation.json'));
    mkdirSync(join(copy, 'evaluation.json'));
    const heard: WorkProgress[] = [];
    const measuring = evaluate(copy, { onProgress: (progress) => heard.push(progress) });
    await expect(measuring).rejects.toMatchObject({ code: 'not-writable' });
    expect(heard).toEqual([]);
  });

  it('is refused twice in one folder, and blames what is at fault', async () => {
    await expect(train({ config, folder: run })).rejects.toThrow(`${run} already holds a run`);
    await expect(train({ config, set: ['seed=2'] })).rejects.toMatchObject({ code: 'usage' });
    await expect(train({ pipeline: 'demo', set: ['training.stepps=2'] })).rejects.toThrow(
      /^--set training\.stepps=2: unknown key training\.stepps: did you mean training\.steps\?/,
    );
    await expect(train({ pipeline: 'demo', set: ['seed=1', 'method={name: nothing}'] })).rejects.toThrow(
      /^--set method=\{name: nothing\}: method\.name: /,
    );
  });
});

describe('a run on images', () => {
  const run = join(folder, 'images');
  let trained: TrainedOnImages;
  const events: TrainEvent[] = [];

  beforeAll(async () => {
    const any = await train({
      config: {
        name: 'turns',
        data: { dataset: 'mnist' },
        model: { name: 'cnn', blocks: [{ filters: 2 }, { filters: 2 }] },
        method: { name: 'rotation' },
        training: { unlabelled: 4, steps: 2, validateEvery: 2, augmentation: {} },
        evaluation: { batch: 500 },
      },
      folder: run,
      onEvent: (event) => events.push(event),
    });
    if (any.kind !== 'images') throw new Error('images');
    trained = any;
  });

  it('is trained and tested, and names the labels that it used: none', () => {
    expect(trained.evaluation).toMatchObject({ kind: 'task', last: { step: 2 } });
    expect(trained.evaluation.data).toContain('without labels');
    expect(events.map(({ kind }) => kind)).toContain('started');
    expect(events.every(({ of }) => of === 'images')).toBe(true);
  });

  it('is evaluated in a fresh process, without training', async () => {
    rmSync(join(run, 'evaluation.json'));
    const answer = await inFreshProcess(
      `const heard = [];
       const answer = await foreframe.evaluate(${JSON.stringify(run)}, { onProgress: (progress) => heard.push(progress) });
       console.log(JSON.stringify({ ...answer, last: heard.at(-1), count: heard.length }));`,
    );
    const evaluation = JSON.parse(JSON.stringify(trained.evaluation));
    expect(answer).toMatchObject({ kind: 'images', kept: true, evaluation });
    const { last, count } = answer as { last: WorkProgress; count: number };
    expect([last.done, last.total]).toEqual([count, count]);
  });

  it('is looked into and reported', async () => {
    const out = join(folder, 'images.parquet');
    const summary = await extract(run, { out, split: 'test', clips: 30 });
    expect(summary).toMatchObject({ rows: 30, clips: 30, step: 2 });
    const written = await report(run);
    expect(written).toEqual({ kind: 'images', page: join(run, 'report.html') });
    expect(readFileSync(written.page, 'utf8')).toContain('rotation');
    await expect(evaluate(run, { horizon: 3 })).rejects.toThrow('--horizon');
  });
});

describe('a training that could not begin', () => {
  it.each([
    [
      'data.steps=100',
      /^data\.steps 100: a clip is one frame more, and clips of rotating-faces hold \d+ frames: lower data\.steps to \d+$/,
    ],
    ['training.startFrom=nowhere', /^training\.startFrom: .*there is no run folder/],
  ])('by %s is refused before thousands of clips are made', async (setting, words) => {
    const seen: unknown[] = [];
    const watching = {
      onProgress: (each: unknown) => seen.push(each),
      onNote: (note: string) => seen.push(note),
    };
    const asked = { pipeline: 'faces-pgn', set: [setting], folder: join(folder, 'refused'), ...watching };
    await expect(train(asked)).rejects.toThrow(words);
    expect(seen).toEqual([]);
  });
});
