import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bouncingBalls } from '../../datasets/clips/bouncingBalls.js';
import { ForeframeError, InterruptedError } from '../../src/common/errors.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { checkConfig } from '../../src/config/loadConfig.js';
import { type Engine, openInlineEngine } from '../../src/engine/engine.js';
import { trainClips } from '../../src/learning/trainClips.js';
import type { TrainingEvent } from '../../src/learning/trainingEvent.js';
import { loadCheckpoint } from '../../src/runs/checkpoint.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import type { FrameSource, Split } from '../../src/stream/frameSource.js';

const SIZE = 8;
const FRAMES = 40;

/** Two validations at steps whose checkpoints are far away, over passes of five batches. */
const config = checkConfig(
  {
    name: 'small',
    data: { width: SIZE, height: SIZE, steps: 3, shuffle: 2, prefetch: 1 },
    model: { name: 'pgn', filters: [3], lstm: 6 },
    training: { batch: 2, steps: 12, validateEvery: 4, checkpointEvery: 100 },
  },
  'test',
);

interface Trouble {
  readonly split: Split;
  /** In which reading of the split, from 1, and at which of its frames. */
  readonly pass: number;
  readonly frame: number;
  /** What happens in place of the frame. */
  happen(signal: AbortSignal): void;
}

/** A clip of balls for every split, the same each time, but for one trouble. */
function balls(trouble?: Trouble): FrameSource {
  const opened = { train: 0, validation: 0, test: 0 };
  return {
    description: 'balls',
    open: async function* (split, signal) {
      const pass = ++opened[split];
      const { frames } = bouncingBalls(Random.for(1, split), { size: SIZE, frames: FRAMES });
      for (let index = 0; index < FRAMES; index++) {
        if (trouble?.split === split && trouble.pass === pass && trouble.frame === index) {
          trouble.happen(signal);
          if (signal.aborted) return;
        }
        const values = frames.subarray(index * SIZE * SIZE, (index + 1) * SIZE * SIZE);
        const data = Uint8Array.from(values, (value) => Math.round(value * 255));
        yield { data, width: SIZE, height: SIZE, channels: 1, time: index, index, source: split };
      }
    },
  };
}

const engines: Engine[] = [];
afterAll(async () => {
  for (const engine of engines) await engine.dispose();
});

async function session(folder: string, source: FrameSource, signal?: AbortSignal) {
  const { optimizer, clipNorm, batch } = config.training;
  const engine = await openInlineEngine({
    model: config.model,
    frame: { height: SIZE, width: SIZE, channels: 1 },
    seed: config.seed,
    batch,
    training: { steps: config.data.steps, optimizer, clipNorm, method: config.method },
  });
  engines.push(engine);
  const found = await RunFolder.open(folder).catch(() => undefined);
  const run = found ?? (await RunFolder.create(folder, config, {}));
  const events: TrainingEvent[] = [];
  const onEvent = (event: TrainingEvent) => events.push(event);
  const error = await trainClips({
    run,
    config,
    source,
    engine,
    resume: found !== undefined,
    signal,
    onEvent,
  })
    .then(() => undefined)
    .catch((thrown: unknown) => thrown);
  // All but what depends on the clock.
  const records = readMetrics(run.metrics).map(({ step, loss, validation }) => ({ step, loss, validation }));
  return { run, error, events, records, steps: events.filter(({ kind }) => kind === 'step').length };
}

const temporary = () => join(mkdtempSync(join(tmpdir(), 'foreframe-test-')), 'run');
const cases: [string, number, Omit<Trouble, 'happen'>, 'ffmpeg' | 'signal' | 'both'][] = [
  ['the first frames, by ffmpeg', 0, { split: 'train', pass: 1, frame: 3 }, 'ffmpeg'],
  ['a pass, by ffmpeg', 8, { split: 'train', pass: 2, frame: 38 }, 'ffmpeg'],
  ['a pass, by the signal', 8, { split: 'train', pass: 2, frame: 38 }, 'signal'],
  ['a pass, by an ffmpeg killed as it was asked to stop', 8, { split: 'train', pass: 2, frame: 38 }, 'both'],
  ['validation, by ffmpeg', 8, { split: 'validation', pass: 2, frame: 20 }, 'ffmpeg'],
  ['validation, by the signal', 4, { split: 'validation', pass: 1, frame: 20 }, 'signal'],
  ['the last validation', 12, { split: 'validation', pass: 3, frame: 20 }, 'ffmpeg'],
];

describe('a run interrupted in', () => {
  let whole: Awaited<ReturnType<typeof session>>;
  beforeAll(async () => {
    whole = await session(temporary(), balls());
  });

  it.each(cases)('%s is saved after step %d and goes on bit for bit', async (_, step, place, by) => {
    const stop = new AbortController();
    const happen = () => {
      if (by !== 'ffmpeg') stop.abort();
      if (by === 'ffmpeg') throw new InterruptedError('reading balls was interrupted');
      if (by === 'both') throw new ForeframeError('ffmpeg was killed by SIGINT while reading balls');
    };
    const folder = temporary();
    const stopped = await session(folder, balls({ ...place, happen }), stop.signal);
    expect(stopped.error).toBeInstanceOf(InterruptedError);
    expect((stopped.error as Error).message).toMatch(
      /^stopped at step \d+; saved\. Go on with: foreframe train --resume --run /,
    );
    const saved = await loadCheckpoint(stopped.run.last);
    expect(saved.position.step).toBe(stopped.steps);
    expect(stopped.steps).toBe(step);
    // Half a validation counts for nothing.
    if (place.split === 'validation') expect(saved.position.best?.step ?? 0).toBeLessThan(step);

    const resumed = await session(folder, balls());
    expect(resumed.error).toBeUndefined();
    expect(resumed.steps).toBe(12 - step);
    expect(resumed.records).toEqual(whole.records);
    for (const name of ['last', 'best'] as const) {
      const [expected, actual] = [
        await loadCheckpoint(whole.run[name]),
        await loadCheckpoint(resumed.run[name]),
      ];
      expect(actual.state).toEqual(expected.state);
      expect(actual.position).toEqual({ ...expected.position, seconds: expect.any(Number) });
    }
  });

  it('what is no interruption saves nothing', async () => {
    const happen = () => {
      throw new ForeframeError('balls are damaged');
    };
    const folder = temporary();
    const trouble = { split: 'train', pass: 1, frame: 30, happen } as const;
    const failed = await session(folder, balls(trouble), new AbortController().signal);
    expect(failed.error).toMatchObject({ message: 'balls are damaged' });
    expect(failed.steps).toBeGreaterThan(0);
    await expect(loadCheckpoint(failed.run.last)).rejects.toThrow('has not saved yet');
  });
});

describe('seconds of training', () => {
  it('count from the first step: not the filling of the shuffle, nor reading past what was trained on', async () => {
    // A clock that moves a thousand seconds with every frame that is read, and one with every look at it.
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    const slow = (source: FrameSource): FrameSource => ({
      ...source,
      open: async function* (split, signal) {
        for await (const frame of source.open(split, signal)) {
          now += 1e6;
          yield frame;
        }
      },
    });
    try {
      const stop = new AbortController();
      const folder = temporary();
      const trouble = { split: 'train', pass: 1, frame: 30, happen: () => stop.abort() } as const;
      const first = await session(folder, slow(balls(trouble)), stop.signal);
      const [record] = readMetrics(first.run.metrics);
      expect(record!.step).toBe(1);
      // Two batches and what the shuffle holds were read before: more than a dozen frames.
      expect(record!.seconds).toBeLessThan(1000);
      const before = await loadCheckpoint(first.run.last);
      const seen = readMetrics(first.run.metrics).length;
      await session(folder, slow(balls()));
      const next = readMetrics(first.run.metrics)[seen]!;
      expect(next.step).toBe(before.position.step + 1);
      expect(required(next, 'seconds') - before.position.seconds).toBeLessThan(1000);
    } finally {
      clock.mockRestore();
    }
  });
});
