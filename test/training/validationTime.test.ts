import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bouncingBalls } from '../../datasets/clips/bouncingBalls.js';
import { Random } from '../../src/common/random.js';
import { checkConfig } from '../../src/config/loadConfig.js';
import { trainRun } from '../../src/learning/trainRun.js';
import { loadCheckpoint } from '../../src/runs/checkpoint.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import type { FrameSource } from '../../src/stream/frameSource.js';

const SIZE = 8;
const FRAMES = 40;

const balls: FrameSource = {
  description: 'balls',
  open: async function* (split) {
    const made = bouncingBalls(Random.for(1, split), { size: SIZE, frames: FRAMES });
    for (let index = 0; index < FRAMES; index++) {
      const values = made.frames.subarray(index * SIZE * SIZE, (index + 1) * SIZE * SIZE);
      const data = Uint8Array.from(values, (value) => Math.round(value * 255));
      yield { data, width: SIZE, height: SIZE, channels: 1, time: index, index, source: split };
    }
  },
};

async function train(
  training: object,
  { folder = mkdtempSync(join(tmpdir(), 'foreframe-validation-')), resume = false, most = 1e9 } = {},
) {
  const stop = new AbortController();
  const begins: (number | 'anew')[] = [];
  const config = checkConfig(
    {
      name: 'small',
      data: { width: SIZE, height: SIZE, steps: 3, shuffle: 2, prefetch: 1 },
      model: { name: 'frame-stack', channels: 4, blocks: 1 },
      training: { batch: 2, checkpointEvery: 1000, ...training },
    },
    'test',
  );
  const trained = await trainRun({
    config,
    source: balls,
    folder,
    resume,
    signal: stop.signal,
    onEvent: (event) => {
      if (event.kind === 'anew') begins.push('anew');
      if (event.kind === 'resumed') begins.push(event.position.step);
      if (event.kind === 'step' && event.position.step >= most) stop.abort();
    },
  }).catch((error: unknown) => {
    if (most === 1e9) throw error;
  });
  await trained?.engine.dispose();
  const metrics = readMetrics(join(folder, 'metrics.jsonl'));
  const seconds = new Map(
    metrics.flatMap(({ step, seconds: at }) => (at === undefined ? [] : [[step, at] as const])),
  );
  const validated = metrics.flatMap(({ step, validation }) => (validation === undefined ? [] : [step]));
  return { folder, seconds, validated, begins };
}

const every = (seconds: number) => ({ validateEvery: { seconds } });

describe('validation by the clock', () => {
  it('looks at the first weights and after every step where a moment is long enough', async () => {
    const { validated } = await train({ steps: 6, ...every(1e-9) });
    expect(validated).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('looks at the first and the last weights where training is shorter, and once', async () => {
    expect((await train({ steps: 6, ...every(1e6) })).validated).toEqual([0, 6]);
    // The end of a pass ends training, too.
    expect((await train({ epochs: 2, ...every(1e6) })).validated).toEqual([0, 10]);
    expect((await train({ epochs: 2, ...every(1e-9) })).validated).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  it('goes on from best weights that a killed process saved after its last ones, and logs nothing twice', async () => {
    const { folder } = await train({ steps: 4, ...every(1e-9) });
    const [last, best, kept] = ['last', 'best', 'kept'].map((name) =>
      join(folder, `checkpoints/${name}.safetensors`),
    );
    copyFileSync(last!, kept!);
    await train({ steps: 30, ...every(1e-9) }, { folder, resume: true });
    const { step } = (await loadCheckpoint(best!)).position;
    expect(step).toBeGreaterThan(4);
    copyFileSync(kept!, last!);
    const { validated, begins } = await train({ steps: 32, ...every(1e-9) }, { folder, resume: true });
    expect(begins).toEqual([step]);
    expect(validated).toEqual(Array.from({ length: 33 }, (_, at) => at));
    const now = (await loadCheckpoint(last!)).position;
    expect(now.best!.step).toBe((await loadCheckpoint(best!)).position.step);

    for (const each of [last, best]) rmSync(each!);
    const anew = await train({ steps: 3, ...every(1e-9) }, { folder, resume: true });
    expect(anew).toMatchObject({ begins: ['anew'], validated: [0, 1, 2, 3] });
  });

  it('looks after the first step that is so many seconds after the last look', async () => {
    const interval = 0.05;
    const { seconds, validated } = await train({ steps: 400, ...every(interval) });
    // By the log's own clock, however fast the machine is. A look takes time, too: its end is not in the log.
    let last = 0;
    for (const step of validated.slice(1, -1)) {
      expect(seconds.get(step)! - last).toBeGreaterThanOrEqual(interval);
      last = seconds.get(step)!;
    }
    for (const [i, step] of validated.entries()) {
      const after = validated[i - 1];
      if (after === undefined || step - after < 3) continue;
      // The step after a look began at its end.
      expect(seconds.get(step - 1)! - seconds.get(after + 1)!).toBeLessThan(interval);
    }
    expect(validated.at(-1)).toBe(400);
  });

  it('goes on from the last look when a run is resumed', async () => {
    const { folder } = await train({ steps: 8, ...every(1e-9) }, { most: 4 });
    const { position } = await loadCheckpoint(join(folder, 'checkpoints/last.safetensors'));
    expect(position.validated!.step).toBeGreaterThanOrEqual(position.step - 1);
    expect(position.validated!.seconds).toBeGreaterThan(0);
    const { validated } = await train({ steps: 8, ...every(1e-9) }, { folder, resume: true });
    expect(validated).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('keeps the first weights where training only makes them worse', async () => {
    const { folder } = await train({
      steps: 6,
      learningRate: 10,
      optimizer: { kind: 'sgd', momentum: 0 },
      ...every(1e-9),
    });
    const { position } = await loadCheckpoint(join(folder, 'checkpoints/best.safetensors'));
    expect(position).toMatchObject({ step: 0, best: { step: 0 } });
  });

  it('by steps leaves no trace of the clock in a checkpoint', async () => {
    const { folder, validated } = await train({ steps: 6, validateEvery: 4 });
    expect(validated).toEqual([4, 6]);
    const { position } = await loadCheckpoint(join(folder, 'checkpoints/last.safetensors'));
    expect(position).not.toHaveProperty('validated');
  });

  it.each([[{ seconds: 0 }], [{ seconds: 3, steps: 2 }], [0], [1.5], ['often']])(
    'refuses %j in one line that names the key',
    async (validateEvery) => {
      await expect(train({ steps: 1, validateEvery })).rejects.toThrow(/training\.validateEvery/);
    },
  );
});
