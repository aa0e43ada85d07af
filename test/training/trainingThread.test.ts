import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ForeframeError, UsageError } from '../../src/common/errors.js';
import { required } from '../../src/common/required.js';
import type { Engine, EngineConfig } from '../../src/engine/engine.js';
import { recordError, reviveError } from '../../src/engine/threadMessages.js';
import { openThreadEngine } from '../../src/engine/trainingThread.js';

const threadModule = resolve(import.meta.dirname, '../../dist/src/engine/trainingThread.js');

const small: EngineConfig = {
  model: { name: 'pgn', filters: [4], kernel: 3, lstm: 8, output: 'frame' },
  frame: { height: 8, width: 8, channels: 1 },
  seed: 1,
  batch: 2,
};
const trained: EngineConfig = {
  model: { name: 'pgn', filters: [16, 16], kernel: 3, lstm: 128, output: 'frame' },
  frame: { height: 32, width: 32, channels: 1 },
  seed: 1,
  batch: 8,
  training: { steps: 5, optimizer: { kind: 'sgd', momentum: 0 } },
};
const oneFrame = {
  frame: new Float32Array(128),
  'memory.h': new Float32Array(16),
  'memory.c': new Float32Array(16),
};

describe('an engine in the training thread', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openThreadEngine(small);
  });
  afterAll(() => engine.dispose());

  it('brings errors across with their class, message and the stack of the other thread', async () => {
    const unknown = await engine.run('foresee', {}).catch((error: unknown) => error);
    expect(unknown).toBeInstanceOf(ForeframeError);
    expect(unknown).not.toBeInstanceOf(UsageError);
    expect(unknown).toMatchObject({
      message: 'no entry foresee; there are: advance',
      exitCode: 1,
      code: 'failed',
    });
    expect((unknown as Error).stack).toContain('trainingWorker');
    await expect(engine.run('advance', {})).rejects.toThrow('input advance.frame is missing');
    const tiny = { ...small, frame: { height: 1, width: 1, channels: 1 } };
    await expect(openThreadEngine(tiny)).rejects.toThrow('too small for 1 poolings');
  });

  it.each([new UsageError('a'), new ForeframeError('b'), new TypeError('c')])('revives %s', (error) => {
    const revived = reviveError(structuredClone(recordError(error)));
    expect(revived).toMatchObject({ message: error.message, stack: error.stack });
    expect(revived instanceof UsageError).toBe(error instanceof UsageError);
    expect(revived instanceof ForeframeError).toBe(error instanceof ForeframeError);
    expect(reviveError(recordError('thrown text')).message).toBe('thrown text');
  });

  it.skipIf(!existsSync('/proc/thread-self'))('computes on threads that let this one go first', () => {
    const threads = readdirSync('/proc/self/task').map(Number);
    const computing = threads.filter((thread) =>
      readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').startsWith('tf_'),
    );
    expect(computing.length).toBeGreaterThan(0);
    const own = getPriority(process.pid);
    expect(computing.map((thread) => getPriority(thread) - own)).toEqual(
      computing.map(() => Math.min(19, own + 5) - own),
    );
  });

  it('shares the thread with a second engine, each with weights of its own', async () => {
    const other = await openThreadEngine({ ...small, seed: 2 });
    const before = await engine.run('advance', oneFrame);
    const state = await other.state();
    const moved = Object.fromEntries(
      Object.entries(state).map(([name, { shape, data }]) => [
        name,
        { shape, data: Float32Array.from(data, () => 0.5) },
      ]),
    );
    await other.restore(moved);
    const [here, there] = await Promise.all([
      engine.run('advance', oneFrame),
      other.run('advance', oneFrame),
    ]);
    expect(required(here, 'frame').data).toEqual(required(before, 'frame').data);
    expect(required(there, 'frame').data).not.toEqual(required(here, 'frame').data);
    await other.dispose();
    expect(required(await engine.run('advance', oneFrame), 'frame').data).toEqual(
      required(before, 'frame').data,
    );
  });

  it('may be disposed of again, and says so when it is used after its end', async () => {
    const gone = await openThreadEngine(small);
    await gone.dispose();
    await gone.dispose();
    for (const use of [() => gone.run('advance', oneFrame), () => gone.state(), () => gone.restore({})]) {
      const error = await use().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ForeframeError);
      expect(error).toMatchObject({ message: 'this engine was disposed of: open another' });
    }
  });

  it("leaves the main thread's timers alone while it trains", async () => {
    const training = await openThreadEngine(trained);
    const clips = new Uint8Array(new SharedArrayBuffer(8 * 6 * 32 * 32));
    let firings = 0;
    const timer = setInterval(() => firings++, 10);
    for (let step = 0; step < 40; step++) await training.run('train', { clips, learningRate: 0.01 });
    clearInterval(timer);
    await training.dispose();
    expect(firings).toBeGreaterThan(2);
  });
});

describe('the process', () => {
  it('ends by itself, whether its engines were disposed of or not', async () => {
    const script = `
      const { openThreadEngine } = await import(${JSON.stringify(pathToFileURL(threadModule).href)});
      const [one, two] = [await openThreadEngine(${JSON.stringify(small)}), await openThreadEngine(${JSON.stringify(small)})];
      await one.dispose();
      console.log('disposed');
      await two.state();
      console.log('done');`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 300_000,
    });
    expect(stdout).toBe('disposed\ndone\n');
  });
});
