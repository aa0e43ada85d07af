import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findDataset } from '../../datasets/index.js';
import { type Latents, readLatents } from '../../src/analysis/latents/readLatents.js';
import { frameShapeOf } from '../../src/data/frameShape.js';
import { untrainedState } from '../../src/engine/openEngine.js';
import { createModel } from '../../src/models/index.js';
import { parametersOf } from '../../src/runs/checkpoint.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor, type Tensor5D } from '../../src/tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../src/tensorflow/spec/program.js';
import { testVideo } from '../video/makeVideo.js';
import { expectRefusal, foreframe, TINY, TINY_ARRAYS, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const run = at('run');
const video = at('in.mp4');
const CLIPS = 7;
const STEPS = 4;

const kept = keptForeframe();
const extract = (out: string, ...args: string[]) =>
  kept(['extract', run, ...args, '--out', at(out)], { cwd: folder });

beforeAll(async () => {
  testVideo(video, 'testsrc=size=64x48:rate=25:duration=2');
  const settings = ['--set', 'training.steps=10', '--set', 'training.checkpointEvery=5'];
  const trained = await kept(['train', 'demo', ...TINY_ARRAYS, ...settings, '--run', run]);
  expect(trained.code, trained.stderr).toBe(0);
}, 600_000);

/** What the model itself holds of the first test clips, `[clips, steps, …]` by layer, op by op in this thread. */
async function watched(
  state: (folder: RunFolder) => Promise<Named<HostArray>>,
  { steps, clips } = { steps: STEPS, clips: CLIPS },
): Promise<Named<Tensor>> {
  await loadTensorFlow({ precision: 'full' });
  const opened = await RunFolder.open(run);
  const { model: config, data } = await opened.readConfig();
  const clipOf = await findDataset('bouncing-balls').open();
  const bytes = Array.from({ length: clips }, (_, i) =>
    clipOf('test', i)
      .frames.slice(0, steps)
      .flatMap(({ data }) => [...data]),
  );
  const shape = [clips, steps, data.height, data.width, 1] as [number, number, number, number, number];
  const frames = tf.div(tf.tensor(bytes.flat(), shape), 255) as Tensor5D;
  const model = createModel(config, frameShapeOf(data));
  const parameters = Object.entries(await state(opened)).map(
    ([name, { shape: size, data: values }]) => [name, tf.tensor(values, [...size])] as const,
  );
  const { latents } = model.watch(Object.fromEntries(parameters), frames, model.initialState(clips));
  return { ...latents, pixels: frames };
}

const trainedState = async (opened: RunFolder) => parametersOf((await opened.bestCheckpoint()).state);

function expectRows({ layers }: Latents, name: string, expected: Tensor): void {
  const { rows, columns, data } = layers[name]!;
  expect([rows, columns]).toEqual([CLIPS * STEPS, expected.size / (CLIPS * STEPS)]);
  const values = expected.dataSync();
  expect(Math.max(...data.map((value, i) => Math.abs(value - values[i]!)))).toBeLessThan(1e-6);
}

describe('foreframe extract', () => {
  it('writes what the model holds: every layer, clip and time, beside what is known of the frame', async () => {
    const layers = 'lstm.h,lstm.c,encoder.0,encoder.1,pixels';
    const all = ['--clips', String(CLIPS), '--times', 'all', '--layers', layers, '--json'];
    const { code, stdout, stderr } = await extract('all.parquet', 'bouncing-balls', ...all);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rows: CLIPS * STEPS, clips: CLIPS, step: 10 });
    const read = await readLatents(at('all.parquet'));
    const expected = await watched(trainedState);
    for (const layer of layers.split(',')) expectRows(read, layer, expected[layer]!);

    const { columns, metadata } = read;
    expect(columns.file!.slice(STEPS - 1, STEPS + 1)).toEqual([
      'bouncing-balls/test/0',
      'bouncing-balls/test/1',
    ]);
    expect([...columns.clip!.slice(0, 5)]).toEqual([0, 0, 0, 0, 1]);
    expect([...columns.time!.slice(0, 5)]).toEqual([1, 2, 3, 4, 1]);
    expect(columns.seconds![2]).toBe(2 / 25);
    expect(new Set(Array.from<string | number>(columns.split!))).toEqual(new Set(['test']));
    const clip = (await findDataset('bouncing-balls').open())('test', 5);
    expect(columns['latent.position.3']![5 * STEPS + 1]).toBe(clip.latents.position![1]![3]);
    expect(columns['latent.velocity.0']![5 * STEPS + 3]).toBe(clip.latents.velocity![3]![0]);
    expect(metadata).toMatchObject({
      model: 'pgn',
      seed: 1,
      step: 10,
      clipLength: STEPS,
      times: [1, 2, 3, 4],
      layers: { 'lstm.h': [8], 'encoder.1': [7, 7, 4], pixels: [30, 30, 1] },
    });
    expect(metadata.config).toContain('dataset: bouncing-balls');
  });

  it('pools maps, takes some times, and looks into the weights before training', async () => {
    const some = ['--times', '3,1', '--layers', 'encoder.1,lstm.h', '--pool', 'max', '--weights', 'random'];
    const { code, stderr } = await extract(
      'some.parquet',
      'bouncing-balls',
      '--clips',
      String(CLIPS),
      ...some,
    );
    expect(code, stderr).toBe(0);
    const { rows, columns, layers, metadata } = await readLatents(at('some.parquet'));
    expect(rows).toBe(CLIPS * 2);
    expect([...columns.time!.slice(0, 3)]).toEqual([1, 3, 1]);
    expect(metadata).toMatchObject({ step: 0, weights: 'random', pool: 'max', layers: { 'encoder.1': [4] } });
    const expected = await watched(async (opened) => untrainedState(await opened.readConfig()));
    const maxima = tf.max(expected['encoder.1']!, [2, 3]).arraySync() as number[][][];
    const h = expected['lstm.h']!.arraySync() as number[][][];
    for (const [clip, first] of [0, 2, 4].entries()) {
      for (const [name, values] of [
        ['encoder.1', maxima],
        ['lstm.h', h],
      ] as const) {
        const { columns: width, data } = layers[name]!;
        const third = [...data.subarray((first + 1) * width, (first + 2) * width)];
        third.forEach((value, i) => {
          expect(value).toBeCloseTo(values[clip]![2]![i]!, 5);
        });
      }
    }
  });

  it('carries the memory of long clips from stretch to stretch', async () => {
    const layers = ['lstm.h', 'lstm.c', 'encoder.1', 'pixels'];
    const times = [1, 4, 5, 36, 37, 99];
    const args = ['--clips', '2', '--steps', '100', '--times', times.join(), '--layers', layers.join()];
    const { code, stderr } = await extract('long.parquet', 'bouncing-balls', ...args);
    expect(code, stderr).toBe(0);
    const { layers: read, columns } = await readLatents(at('long.parquet'));
    expect([...columns.time!]).toEqual([...times, ...times]);
    const expected = await watched(trainedState, { steps: 100, clips: 2 });
    for (const layer of layers) {
      const { columns: width, data } = read[layer]!;
      const values = tf.gather(
        expected[layer]!,
        times.map((time) => time - 1),
        1,
      );
      expect(values.size).toBe(2 * times.length * width);
      values.dataSync().forEach((value, i) => {
        expect(Math.abs(data[i]! - value), `${layer} ${i}`).toBeLessThan(1e-5);
      });
    }
  });

  it('takes hardly more memory for clips of 1,330 frames than for clips of 40', async () => {
    const long = at('long.mp4');
    testVideo(long, 'testsrc=size=64x48:rate=25:duration=54');
    const peakOf = async (steps: number) => {
      let peak = 0;
      const args = ['--steps', String(steps), '--times', 'all', '--layers', 'lstm.h,encoder.0'];
      const { code, stderr } = await foreframe(
        ['extract', run, long, ...args, '--out', at(`${steps}.parquet`)],
        {
          cwd: folder,
          onStart: (child) => {
            const timer = setInterval(() => {
              const status = `/proc/${child.pid}/status`;
              const text = existsSync(status) ? readFileSync(status, 'utf8') : '';
              peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024);
            }, 20);
            child.on('exit', () => clearInterval(timer));
          },
        },
      );
      expect(code, stderr).toBe(0);
      expect((await readLatents(at(`${steps}.parquet`))).rows).toBe(Math.floor(1350 / steps) * steps);
      return peak;
    };
    const short = await peakOf(40);
    expect(short).toBeGreaterThan(100);
    expect(await peakOf(1330)).toBeLessThan(short + 150);
  });

  it('takes the last time of the memory of the own test split by default', async () => {
    expect(await extract('own.parquet')).toMatchObject({ code: 0 });
    const { rows, columns, metadata } = await readLatents(at('own.parquet'));
    expect(rows).toBe(2);
    expect([...columns.time!]).toEqual([STEPS, STEPS]);
    expect(Object.keys(metadata.layers)).toEqual(['lstm.h', 'lstm.c']);
  });

  it('watches a whole video, clip after clip, at the times of its frames', async () => {
    const args = ['--times', '1,4', '--layers', 'pixels,lstm.h'];
    expect(await extract('video.parquet', video, ...args)).toMatchObject({ code: 0 });
    const { rows, columns } = await readLatents(at('video.parquet'));
    expect(rows).toBe(2 * Math.floor(50 / STEPS));
    expect(columns.file![0]).toBe(video);
    expect(columns.split![0]).toBe('all');
    expect([...columns.clip!.slice(0, 3)]).toEqual([0, 0, 1]);
    [0, 3 / 25, 4 / 25].forEach((seconds, i) => {
      expect(columns.seconds![i]).toBeCloseTo(seconds, 6);
    });
    expect(columns).not.toHaveProperty('label.identity');
  });

  it('keeps the latent variables of a dataset that has to be resized on the way', async () => {
    const small = at('small');
    const settings = ['--set', 'training.steps=2', '--set', 'data.width=16', '--set', 'data.height=16'];
    expect(await kept(['train', 'demo', ...TINY, ...settings, '--run', small])).toMatchObject({
      code: 0,
    });
    const args = ['extract', small, '--times', '2', '--layers', 'pixels', '--out', at('small.parquet')];
    expect(await kept(args)).toMatchObject({ code: 0 });
    const { rows, columns, layers } = await readLatents(at('small.parquet'));
    expect([rows, layers.pixels!.columns]).toEqual([2, 256]);
    const clip = (await findDataset('bouncing-balls').open())('test', 1);
    expect(columns['latent.position.2']![1]).toBe(clip.latents.position![1]![2]);
    expect(columns.file![1]).toBe('bouncing-balls/test/1');
    // Resized, the picture is as bright as it was.
    const bright = (values: ArrayLike<number>) =>
      Array.from(values).reduce((a, b) => a + b, 0) / values.length;
    expect(bright(layers.pixels!.data.subarray(256))).toBeCloseTo(bright(clip.frames[1]!.data) / 255, 2);
  });

  it('goes on after Ctrl-C and a kill, to the same bytes as without', async () => {
    // 4,000 rows of 908 numbers: fourteen row groups, so that the work is not done before the signal comes.
    const args = ['bouncing-balls', '--clips', '1000', '--times', 'all', '--layers', 'pixels,lstm.h'];
    expect(await extract('whole.parquet', ...args)).toMatchObject({ code: 0 });
    const journal = at('cut.parquet.partial/journal.jsonl');
    const groups = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 2 : 0);
    for (const [signal, after] of [
      ['SIGKILL', 1],
      ['SIGINT', 3],
    ] as const) {
      const stopped = await foreframe(['extract', run, ...args, '--out', at('cut.parquet'), '--resume'], {
        cwd: folder,
        onStart: (child) => {
          const timer = setInterval(() => {
            if (groups() < after) return;
            // Once: a second Ctrl-C would end it at once.
            clearInterval(timer);
            child.kill(signal);
          }, 2);
          child.on('exit', () => clearInterval(timer));
        },
      });
      expect(existsSync(at('cut.parquet'))).toBe(false);
      if (signal === 'SIGKILL') expect(stopped.signal).toBe(signal);
      else
        expect(stopped).toMatchObject({
          code: 130,
          stderr: expect.stringMatching(/\d+ rows are kept in .*--resume/),
        });
    }
    const refused = await extract('cut.parquet', ...args);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/unfinished .*: add --resume/) });
    const resumed = await extract('cut.parquet', ...args, '--resume');
    expect(resumed).toMatchObject({ code: 0, stderr: expect.stringContaining('going on after row') });
    expect(readFileSync(at('cut.parquet')).equals(readFileSync(at('whole.parquet')))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
  }, 600_000);
});

describe('bad input', () => {
  it.each([
    [['--layers', 'lstm.x'], 2, /no layer lstm\.x; it has lstm\.h, lstm\.c, encoder\.0, encoder\.1, pixels/],
    [
      ['--steps', '1000000000'],
      2,
      /clips of 1000000000 frames take 858307 MB each, .*: lower --steps to \d+ or less/,
    ],
    [['in.mp4', '--steps', '1000000000', '--times', 'all'], 2, /lower --steps to \d+ or less/],
    [['--times', '2,5'], 2, /no time 5 in a clip of 4 frames: choose from 1 to 4/],
    [['--times', 'first'], 2, /--times first: give last, all, or times/],
    [['--steps', '101'], 2, /clips of bouncing-balls hold 100 frames, not 101/],
    [['boncing-balls'], 2, /did you mean bouncing-balls/],
    [['missing.mp4'], 1, /no file or folder missing\.mp4/],
    [['in.mp4', '--steps', '60'], 1, /in\.mp4: there is no clip of 60 frames/],
    [['--pool', 'median'], 2, /pool/],
  ])('%j exits with %d and one clear line', async (args, code, words) => {
    const outcome = await extract('bad.parquet', ...args);
    expectRefusal(outcome, code, words);
    expect(readdirSync(folder).filter((name) => name.startsWith('bad'))).toEqual([]);
  });

  it('leaves nothing behind when it ends before anything was kept, and works again', async () => {
    const partial = at('early.parquet.partial');
    const args = ['extract', run, 'bouncing-balls', '--times', 'all', '--out', at('early.parquet')];
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const stopped = await foreframe([...args, '--clips', '20000'], {
        cwd: folder,
        onStart: (child) => {
          const timer = setInterval(() => {
            if (!existsSync(join(partial, 'journal.jsonl'))) return;
            clearInterval(timer);
            child.kill(signal);
          }, 2);
          child.on('exit', () => clearInterval(timer));
        },
      });
      expect(existsSync(at('early.parquet'))).toBe(false);
      if (signal === 'SIGKILL') expect(stopped.signal).toBe(signal);
      else expect(stopped).toMatchObject({ code: 130, stderr: expect.stringContaining('nothing was kept') });
      expect(existsSync(partial)).toBe(signal === 'SIGKILL');
    }
    const again = await kept([...args, '--clips', '2'], { cwd: folder });
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect((await readLatents(at('early.parquet'))).rows).toBe(2 * STEPS);
    expect(existsSync(partial)).toBe(false);
  });

  it('a run without weights is named, but its random weights can be looked into', async () => {
    const bare = at('bare');
    mkdirSync(bare, { recursive: true });
    symlinkSync(join(run, 'config.yaml'), join(bare, 'config.yaml'));
    const of = (...args: string[]) => kept(['extract', bare, ...args, '--out', at('bare.parquet')]);
    expectRefusal(await of(), 1, /last\.safetensors does not exist: this run has not saved yet/);
    expect(await of('--weights', 'random')).toMatchObject({ code: 0 });
  });

  it('on a full disk says so, and goes on when there is room', async () => {
    const partial = at('full.parquet.partial');
    mkdirSync(partial);
    symlinkSync('/dev/full', join(partial, 'rows.parquet'));
    expectRefusal(await extract('full.parquet', '--resume'), 1, /full\.parquet\.partial: the disk is full/);
    rmSync(join(partial, 'rows.parquet'));
    expect(await extract('full.parquet', '--resume')).toMatchObject({ code: 0 });
    expect((await readLatents(at('full.parquet'))).rows).toBe(2);
  });
});
