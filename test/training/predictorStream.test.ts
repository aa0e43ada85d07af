import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkConfig,
  compile,
  datasetSource,
  ForeframeError,
  findDataset,
  fromBytes,
  loadRun,
  loadTensorFlow,
  Random,
  type TrainedModel,
  trainRun,
} from '../../src/index.js';

const SIDE = 30;
const random = new Random(3);
const frames = Array.from({ length: 6 }, () =>
  Float32Array.from({ length: SIDE * SIDE }, () => random.uniform()),
);

describe('watching a stream with a trained model', () => {
  let folder: string;
  let model: TrainedModel;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foreframe-predictor-'));
    const config = checkConfig(
      {
        name: 'watcher',
        data: {
          dataset: 'bouncing-balls',
          via: 'arrays',
          width: SIDE,
          height: SIDE,
          steps: 3,
          clips: { train: 2, validation: 1, test: 1, frames: 12 },
        },
        model: { name: 'pgn', filters: [4], lstm: 16 },
        training: { batch: 2, steps: 3, learningRate: 0.01 },
      },
      'test',
    );
    const source = await datasetSource(findDataset('bouncing-balls'), config.data);
    const trained = await trainRun({ config, source, folder: join(folder, 'run') });
    await trained.engine.dispose();
    model = await loadRun(join(folder, 'run'));
  });

  afterAll(async () => {
    await model.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const awaited = async (given: readonly Float32Array[], stream = model.stream()) => {
    const answers = [];
    for (const frame of given) answers.push(await stream.watch(frame));
    return answers;
  };

  it('answers calls that nobody awaited as awaited ones, in order', async () => {
    const expected = await awaited(frames);
    const stream = model.stream();
    expect(await Promise.all(frames.map((frame) => stream.watch(frame)))).toEqual(expected);
    // It does remember: the same frame has another answer later.
    const repeated = await awaited([frames[0]!, frames[0]!]);
    expect(repeated[1]).not.toEqual(repeated[0]);
  });

  it('forgets at its place among the calls, and rolls out at its', async () => {
    const [a, b, c] = frames as [Float32Array, Float32Array, Float32Array];
    const slow = model.stream();
    const first = await awaited([a, b], slow);
    const ahead = await slow.rollout(first[1]!, 3);
    slow.reset();
    const again = await awaited([c], slow);

    const quick = model.stream();
    const [one, two] = [quick.watch(a), quick.watch(b)];
    const rolled = quick.rollout(first[1]!, 3);
    quick.reset();
    const last = quick.watch(c);
    expect([await one, await two]).toEqual(first);
    expect(await rolled).toEqual(ahead);
    expect([await last]).toEqual(again);
    expect(again).toEqual(await awaited([c]));
  });

  it('takes the frame as it was when it was called', async () => {
    const expected = await awaited(frames.slice(0, 2));
    const stream = model.stream();
    const shared = frames[0]!.slice();
    const one = stream.watch(shared);
    shared.set(frames[1]!);
    const two = stream.watch(shared);
    shared.fill(0);
    expect([await one, await two]).toEqual(expected);
  });

  it('keeps streams apart, each with its own memory', async () => {
    const backwards = frames.toReversed();
    const [expected, expectedBack] = [await awaited(frames), await awaited(backwards)];
    const [there, back] = [model.stream(), model.stream()];
    const pairs = await Promise.all(
      frames.map(async (frame, i) => [await there.watch(frame), await back.watch(backwards[i]!)]),
    );
    expect(pairs.map(([answer]) => answer)).toEqual(expected);
    expect(pairs.map(([, answer]) => answer)).toEqual(expectedBack);
  });

  const bytes = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => i % 256);
  const withValue = (value: number) => Float32Array.from(frames[0]!, (x, i) => (i === 7 ? value : x));
  it.each([
    ['bytes', bytes, /fromBytes/],
    ['a Buffer', Buffer.from(bytes), /fromBytes/],
    ['clamped bytes', new Uint8ClampedArray(bytes), /fromBytes/],
    ['bytes as floats', Float32Array.from(bytes), /holds 2 at 2: values to watch lie in \[0, 1\]/],
    ['no number', withValue(Number.NaN), /holds NaN at 7/],
    ['no end', withValue(Number.POSITIVE_INFINITY), /holds Infinity at 7/],
    ['less than 0', withValue(-0.01), /holds -0.00999.* at 7/],
    ['doubles', Float64Array.from(frames[0]!), /a Float32Array .* not Float64Array/],
    ['a list', Array.from(frames[0]!), /not Array/],
    ['integers', new Int32Array(SIDE * SIDE), /not Int32Array/],
    ['too few values', frames[0]!.subarray(1), /holds 899 values; .* = \[1, 30, 30, 1\] needs 900/],
    ['nothing', undefined, /not undefined/],
  ])('refuses %s in one line, and goes on as if it had not been given', async (_, frame, message) => {
    const stream = model.stream();
    const one = stream.watch(frames[0]!);
    const refused = stream.watch(frame as Float32Array).catch((error: unknown) => error);
    const two = stream.watch(frames[1]!);
    expect(await refused).toBeInstanceOf(ForeframeError);
    expect((await refused) as Error).toMatchObject({ message: expect.stringMatching(message) });
    expect(((await refused) as Error).message).not.toContain('\n');
    expect([await one, await two]).toEqual(await awaited(frames.slice(0, 2)));
  });

  it('takes what rounding leaves beside [0, 1]', async () => {
    await expect(model.stream().watch(withValue(1.00001))).resolves.toHaveLength(SIDE * SIDE);
    expect(() => fromBytes(frames[0] as unknown as Uint8Array)).toThrow(
      /takes a Uint8Array, not Float32Array/,
    );
  });

  it.each([-1, 0.5, Number.POSITIVE_INFINITY, Number.NaN, 2 ** 60])(
    'refuses a rollout of %d frames',
    async (horizon) => {
      const stream = model.stream();
      const next = await stream.watch(frames[0]!);
      await expect(stream.rollout(next, horizon)).rejects.toThrow(/whole number from 0|needs about/);
      await expect(stream.rolloutFrames(next, horizon === 2 ** 60 ? -1 : horizon).next()).rejects.toThrow(
        /whole number/,
      );
    },
  );

  it('refuses a rollout that no memory holds, and gives it frame by frame', async () => {
    const stream = model.stream();
    const next = await stream.watch(frames[0]!);
    await expect(stream.rollout(next, 1e9)).rejects.toThrow(/needs about 3.6 TB .* lower the horizon to \d+/);
    expect(await stream.rollout(next, 0)).toEqual([]);
    const first = [];
    for await (const frame of stream.rolloutFrames(next, 1e9)) if (first.push(frame) === 4) break;
    const other = model.stream();
    expect(first).toEqual(await other.rollout(await other.watch(frames[0]!), 4));
  });

  it('is loaded for a number of streams that there can be', async () => {
    for (const batch of [0, -1, 1.5, Number.NaN, '2', null])
      await expect(loadRun(join(folder, 'run'), { batch: batch as number })).rejects.toThrow(
        new RegExp(`run: batch is ${batch}: give a whole number of streams from 1 on$`),
      );
    await expect(loadRun(undefined as unknown as string)).rejects.toThrow(/loaded from its folder, not/);
  });

  it('may be disposed of twice, and says afterwards that it was', async () => {
    const own = await loadRun(join(folder, 'run'));
    const under = own.stream().watch(frames[0]!);
    const disposals = [own.dispose(), own.dispose()];
    await Promise.all(disposals);
    await own.dispose();
    await under.catch(() => {});
    for (const stream of [own.predictor, own.stream()])
      await expect(stream.watch(frames[0]!)).rejects.toThrow('this engine was disposed of: open another');
    // The others on the same thread are not concerned.
    expect(await awaited(frames.slice(0, 1))).toHaveLength(1);
  });
});

describe('a compiled program', () => {
  it.each(['auto', 'eager'] as const)('(%s) may be disposed of twice, and says that it was', async (mode) => {
    await loadTensorFlow();
    const program = compile({ variables: {}, entries: { one: { inputs: {}, run: () => ({}) } } }, { mode });
    program.dispose();
    program.dispose();
    for (const use of [() => program.run('one', {}), () => program.state(), () => program.restore({})])
      expect(use).toThrow('this program was disposed of: compile another');
  });
});
