import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { loadCheckpoint } from '../../src/runs/checkpoint.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { quickFfmpeg } from '../video/codedVideo.js';
import { testVideo } from '../video/makeVideo.js';
import { expectRefusal, foreframe, linesLogged, TINY, TINY_ARRAYS, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

/** For what nobody stops or kills. */
const kept = keptForeframe();

// More steps than the kills leave time for: on a busy machine a kill may come late.
const STEPS = 60;
const KILLS = 5;

/** To start a run, or to go on where there is one. */
function trainArguments(run: string, size = TINY_ARRAYS): string[] {
  const often = ['--set', 'training.checkpointEvery=4', '--set', 'training.validateEvery=15'];
  const steps = ['--set', `training.steps=${STEPS}`];
  const resume = existsSync(run) ? ['--resume'] : [];
  return ['train', 'demo', ...size, ...often, ...steps, '--run', run, ...resume];
}

/** Kill the process without warning once it has logged `records` more steps, wherever it then is. */
function killAfter(run: string, records: number): (child: ChildProcess) => void {
  return (child) => {
    const start = linesLogged(run);
    const timer = setInterval(() => {
      if (linesLogged(run) < start + records) return;
      clearInterval(timer);
      child.kill('SIGKILL');
    }, 2);
    child.on('exit', () => clearInterval(timer));
  };
}

interface CtrlC {
  /** Sent once so many records have been logged. */
  readonly records: number;
  /** Milliseconds after that. */
  readonly later?: number;
  /** To the whole process group, as a terminal does. */
  readonly group?: boolean;
}

function interrupt(run: string, { records, later = 0, group = false }: CtrlC): (child: ChildProcess) => void {
  return (child) => {
    const timer = setInterval(() => {
      if (linesLogged(run) < records) return;
      clearInterval(timer);
      setTimeout(() => process.kill(group ? -child.pid! : child.pid!, 'SIGINT'), later);
    }, 2);
    child.on('exit', () => clearInterval(timer));
  };
}

describe('resuming', () => {
  quickFfmpeg();

  it(`ends in the same weights, bit for bit, after ${KILLS} kills at random moments`, async () => {
    const folder = temporaryFolder();
    const [whole, killed] = [join(folder, 'whole'), join(folder, 'killed')];
    // A video of two clips: every start reads it anew, and there are more passes over it than kills.
    const streamed = [...TINY, '--set', 'data.clips={train: 2, validation: 1, test: 1}'];
    expect(await kept(trainArguments(whole, streamed))).toMatchObject({ code: 0 });

    const random = new Random(20);
    let kills = 0;
    for (let attempt = 0; attempt < KILLS; attempt++) {
      const { signal } = await foreframe(trainArguments(killed, streamed), {
        onStart: killAfter(killed, 3 + random.integer(6)),
      });
      if (signal === 'SIGKILL') kills++;
    }
    expect(kills).toBe(KILLS);
    expect(await kept(trainArguments(killed, streamed))).toMatchObject({ code: 0 });

    const [a, b] = [whole, killed].map((run) => join(run, 'checkpoints/last.safetensors'));
    const [expected, actual] = [await loadCheckpoint(a!), await loadCheckpoint(b!)];
    expect(actual.position).toMatchObject({ ...expected.position, seconds: expect.any(Number) });
    expect(Object.keys(actual.state)).toEqual(Object.keys(expected.state));
    for (const [name, { data }] of Object.entries(expected.state)) {
      expect(Buffer.compare(bytes(actual.state[name]!.data), bytes(data)), name).toBe(0);
    }
    const losses = (run: string) =>
      readMetrics(join(run, 'metrics.jsonl')).flatMap(({ step, loss }) => (loss ? [[step, loss]] : []));
    expect(losses(killed)).toEqual(losses(whole));
    expect(losses(whole)).toHaveLength(STEPS);
  }, 600_000);

  it('saves and exits with 130 on Ctrl-C, and goes on from there', async () => {
    const run = join(temporaryFolder(), 'run');
    const endless = [...trainArguments(run), '--set', 'training.steps=100000'];
    const stopped = await foreframe(endless, { onStart: interrupt(run, { records: 10 }) });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/stopped at step \d+; saved\. Go on with: foreframe train --resume/);
    const { position } = await loadCheckpoint(join(run, 'checkpoints/last.safetensors'));
    expect(position.step).toBe(readMetrics(join(run, 'metrics.jsonl')).at(-1)!.step);

    const more = ['--set', `training.steps=${position.step + 5}`];
    const resumed = await kept([...trainArguments(run), ...more]);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain(`resumed at step ${position.step}`);
    expect(readFileSync(join(run, 'config.yaml'), 'utf8')).toContain('seed: 1');
  }, 600_000);

  it('keeps a new budget, so that the command it names goes on to it', async () => {
    const run = join(temporaryFolder(), 'run');
    expect(await kept([...trainArguments(run), '--set', 'training.steps=2'])).toMatchObject({ code: 0 });
    const resume = ['train', '--resume', '--run', run];
    const before = await (await RunFolder.open(run)).readConfig();
    const endless = ['--set', 'training.steps=null', '--set', 'training.seconds=100000'];
    const stopped = await foreframe([...resume, ...endless], { onStart: interrupt(run, { records: 10 }) });
    expect(stopped.code).toBe(130);
    const { steps: _, ...rest } = before.training;
    const stored = await (await RunFolder.open(run)).readConfig();
    expect(stored).toEqual({ ...before, training: { ...rest, seconds: 100_000 } });
    // Without a word about the budget.
    const records = linesLogged(run);
    const again = await foreframe(resume, { onStart: interrupt(run, { records: records + 5 }) });
    expect(again.code).toBe(130);
  }, 600_000);

  it('needs a run: without --run that of the pipeline', async () => {
    const cwd = temporaryFolder();
    const train = ['train', 'demo', ...TINY_ARRAYS, '--set', 'name=mine', '--set', 'training.steps=2'];
    const none = /there is no run runs\/mine to resume.*leave out --resume/;
    expectRefusal(await kept([...train, '--resume'], { cwd }), 2, none);
    const missing = await kept([...train, '--resume', '--run', 'missing'], { cwd });
    expectRefusal(missing, 2, /there is no run missing to resume.*leave out --resume/);
    expectRefusal(await kept(['train', '--resume'], { cwd }), 2, /no pipeline was named/);
    expect(existsSync(join(cwd, 'runs'))).toBe(false);

    expect(await kept(train, { cwd })).toMatchObject({ code: 0 });
    const more = await kept([...train, '--set', 'training.steps=4', '--resume'], { cwd });
    expect(more).toMatchObject({ code: 0 });
    expect(more.stderr).toContain('resumed at step 2');
    expect(existsSync(join(cwd, 'runs/mine-2'))).toBe(false);
  }, 600_000);
});

describe('Ctrl-C in a terminal, which ffmpeg hears too,', () => {
  const video = join(temporaryFolder(), 'video.mp4');
  beforeAll(() => {
    testVideo(video, 'testsrc=size=320x240:rate=25:duration=20', '-c:v', 'mpeg4');
  });

  // Such that nearly all of the time goes into what is to be interrupted, with frames too large for many to wait in pipes.
  it.each([
    ['reading', 'data.split={train: 0.9, validation: 0.05}', 1000, 1],
    ['reading, later', 'data.split={train: 0.9, validation: 0.05}', 1000, 12],
    ['validation', 'data.split={train: 0.4, validation: 0.5}', 1, 1],
  ])(
    'saves during %s and exits with 130, and goes on from there',
    async (_, split, validateEvery, records) => {
      const run = join(temporaryFolder(), 'run');
      const settings = [split, `training.validateEvery=${validateEvery}`, 'training.steps=100000'];
      settings.push(
        'data.shuffle=0',
        'data.prefetch=1',
        'data.width=160',
        'data.height=160',
        'data.color=rgb',
      );
      const train = ['train', 'video', video, ...TINY, ...settings.flatMap((each) => ['--set', each])];
      const stopped = await foreframe([...train, '--run', run], {
        ownGroup: true,
        onStart: interrupt(run, { records, later: 100, group: true }),
      });
      expect(stopped.stderr).toMatch(/stopped at step \d+; saved\. Go on with: foreframe train --resume/);
      expect(stopped.code).toBe(130);
      const { position } = await loadCheckpoint(join(run, 'checkpoints/last.safetensors'));
      expect(position.step).toBe(readMetrics(join(run, 'metrics.jsonl')).at(-1)!.step);
      expect(position.step).toBeGreaterThan(0);

      const more = ['--set', `training.steps=${position.step + 3}`];
      const resumed = await kept(['train', '--resume', '--run', run, ...more]);
      expect(resumed.code, resumed.stderr).toBe(0);
      expect(resumed.stderr).toContain(`resumed at step ${position.step}`);
      const steps = readMetrics(join(run, 'metrics.jsonl')).flatMap(({ step, loss }) => (loss ? [step] : []));
      expect(steps).toEqual(Array.from({ length: position.step + 3 }, (_, i) => i + 1));
    },
    600_000,
  );
});

function bytes(data: Float32Array | Int32Array | Uint8Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
