import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bouncingBalls } from '../../datasets/clips/bouncingBalls.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { checkConfig } from '../../src/config/loadConfig.js';
import { type Engine, openInlineEngine } from '../../src/engine/engine.js';
import { startingWeights } from '../../src/learning/startFrom.js';
import { trainClips } from '../../src/learning/trainClips.js';
import type { TrainingEvent } from '../../src/learning/trainingEvent.js';
import { autoencoderConfig } from '../../src/models/index.js';
import { loadCheckpoint } from '../../src/runs/checkpoint.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import type { FrameSource } from '../../src/stream/frameSource.js';
import type { HostArray } from '../../src/tensorflow/spec/program.js';

const SIZE = 8;

/** A clip of balls for every split, the same each time. */
const source: FrameSource = {
  description: 'balls',
  open: async function* (split) {
    const { frames } = bouncingBalls(Random.for(1, split), { size: SIZE, frames: 60 });
    for (let index = 0; index < 60; index++) {
      const values = frames.subarray(index * SIZE * SIZE, (index + 1) * SIZE * SIZE);
      const data = Uint8Array.from(values, (value) => Math.round(value * 255));
      yield { data, width: SIZE, height: SIZE, channels: 1, time: index, index, source: split };
    }
  },
};

const configOf = (training: object, model: object = {}) =>
  checkConfig(
    {
      name: 'small',
      data: { width: SIZE, height: SIZE, steps: 3, shuffle: 4 },
      model: { name: 'pgn', filters: [3], lstm: 6, ...model },
      training: { batch: 2, steps: 10, validateEvery: 5, checkpointEvery: 4, ...training },
    },
    'test',
  );
const adversarial = { discriminator: { filters: [2], lstm: 4, units: 4 } };

const autoencoder = autoencoderConfig.parse({ name: 'autoencoder', filters: [3], units: 6 });

const engines: Engine[] = [];
afterAll(async () => {
  for (const engine of engines) await engine.dispose();
});

async function trained(
  config: ReturnType<typeof configOf>,
  {
    folder = join(mkdtempSync(join(tmpdir(), 'foreframe-test-')), 'run'),
    stopAfter = Number.POSITIVE_INFINITY,
  } = {},
) {
  const { optimizer, clipNorm, batch } = config.training;
  const engine = await openInlineEngine({
    model: config.model,
    frame: { height: SIZE, width: SIZE, channels: 1 },
    seed: config.seed,
    batch,
    training: { steps: config.data.steps, optimizer, clipNorm, method: config.method },
  });
  engines.push(engine);
  const resume = stopAfter === 0;
  const run = resume ? await RunFolder.open(folder) : await RunFolder.create(folder, config, {});
  const start = resume ? undefined : await startingWeights(config);
  const stop = new AbortController();
  const events: TrainingEvent[] = [];
  const onEvent = (event: TrainingEvent) => {
    events.push(event);
    if (event.kind === 'step' && event.position.step === stopAfter) stop.abort();
  };
  await trainClips({ run, config, source, engine, start, resume, signal: stop.signal, onEvent }).catch(
    (error: Error) => {
      if (!stop.signal.aborted) throw error;
    },
  );
  return { run, events, folder };
}

const bytes = ({ buffer, byteOffset, byteLength }: HostArray['data']) =>
  new Uint8Array(buffer, byteOffset, byteLength);
const stateOf = async (run: RunFolder) => (await loadCheckpoint(run.last)).state;

describe('a run against a discriminator', () => {
  let start: Awaited<ReturnType<typeof trained>>;
  let startFrom: string;
  beforeAll(async () => {
    start = await trained(configOf({ steps: 6 }));
    startFrom = start.folder;
  });

  it('resumes to the same weights of both networks, bit for bit, without loading its start again', async () => {
    const config = configOf({ adversarial, startFrom });
    const whole = await trained(config);
    const stopped = await trained(config, { stopAfter: 6 });
    expect(stopped.events.filter(({ kind }) => kind === 'step')).toHaveLength(6);
    const resumed = await trained(config, { folder: stopped.folder, stopAfter: 0 });
    expect(resumed.events[0]).toMatchObject({ kind: 'resumed', position: { step: 6 } });

    const [expected, actual] = [await stateOf(whole.run), await stateOf(resumed.run)];
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    expect(Object.keys(expected).some((name) => /^optimizer\/discriminator\/.*velocity/.test(name))).toBe(
      true,
    );
    for (const [name, { data }] of Object.entries(expected))
      expect(Buffer.compare(bytes(required(actual, name).data), bytes(data)), name).toBe(0);
  }, 600_000);

  it('logs both sides and tells of them, and keeps its last weights', async () => {
    const { run, events } = await trained(configOf({ adversarial, steps: 5 }));
    const names = [
      'loss',
      'mse',
      'adversarial',
      'discriminatorLoss',
      'discriminatorAccuracy',
      'gradientNorm',
    ];
    const records = readMetrics(run.metrics).filter(({ loss }) => loss !== undefined);
    expect(records).toHaveLength(5);
    for (const record of records)
      for (const name of names) expect(record[name], name).toEqual(expect.any(Number));
    const step = events.find((event) => event.kind === 'step');
    expect(step).toMatchObject({
      adversarial: { mse: records[0]!.mse, adversarial: records[0]!.adversarial },
    });
    expect((await run.bestCheckpoint()).position).toMatchObject({ step: 5 });
    expect((await run.bestCheckpoint()).position.best).toBeUndefined();
  });

  it('starts from the best weights of another run', async () => {
    const weights = (await start.run.bestCheckpoint()).state;
    // With a rate this small nothing but the start shows.
    const { run } = await trained(configOf({ startFrom, steps: 1, learningRate: 1e-12 }));
    const after = await stateOf(run);
    for (const name of ['encoder.0.weight', 'lstm.input', 'decoder.0.weight'])
      expect(required(after, name).data).toEqual(required(weights, name).data);
  });

  it.each([
    ['there is no run folder', () => configOf({ startFrom: 'runs/nowhere' })],
    ['model.lstm is 6 there and 7 here', () => configOf({ startFrom }, { lstm: 7 })],
    ['model.name is "pgn" there', () => ({ ...configOf({ startFrom }), model: autoencoder })],
  ])('says what is wrong with its start: %s', async (message, config) => {
    const error = await startingWeights(config()).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'UsageError', exitCode: 2 });
    expect((error as Error).message).toMatch(/^training\.startFrom: /);
    expect((error as Error).message).toContain(message);
  });
});
