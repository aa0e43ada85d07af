import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { Random } from '../../src/common/random.js';
import { loadCheckpoint } from '../../src/runs/checkpoint.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import { quickFfmpeg } from '../video/codedVideo.js';
import { testVideo } from '../video/makeVideo.js';
import {
  expectRefusal,
  foreframe,
  linesLogged,
  main,
  type Outcome,
  TINY,
  TINY_ARRAYS,
  temporaryFolder,
} from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

quickFfmpeg();

/** For what nobody stops or kills. */
const kept = keptForeframe();

const train = (run: string, ...more: string[]) => ['train', 'demo', ...TINY_ARRAYS, '--run', run, ...more];
const steps = (count: number) => ['--set', `training.steps=${count}`];
const stepsOf = (run: string) =>
  readMetrics(join(run, 'metrics.jsonl')).flatMap(({ step, loss }) => (loss === undefined ? [] : [step]));

/** Once `ready`, and no more than once. */
function when(child: ChildProcess, ready: () => boolean, act: () => void): void {
  const timer = setInterval(() => {
    if (!ready()) return;
    clearInterval(timer);
    act();
  }, 1);
  child.on('exit', () => clearInterval(timer));
}

/** From here on a process answers signals itself: before, the system does. SIGHUP, the first in the mask, is the last to be. */
function hears(child: ChildProcess): boolean {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return (BigInt(`0x${/SigCgt:\s*(\w+)/.exec(status)![1]}`) & 1n) !== 0n;
  } catch {
    return false;
  }
}

describe('a run that a process trains', () => {
  it('is refused to others, is read by them, and is saved when its terminal is closed', async () => {
    const run = join(temporaryFolder(), 'run');
    let others: Promise<Outcome[]> | undefined;
    let pid = 0;
    const stopped = await foreframe(train(run, ...steps(1_000_000), '--set', 'training.checkpointEvery=5'), {
      ownGroup: true,
      onStart: (child) => {
        pid = child.pid!;
        const ready = () => existsSync(join(run, 'checkpoints/last.safetensors'));
        when(child, ready, () => {
          const resume = ['train', '--resume', '--run', run, ...steps(1_000_001)];
          others = Promise.all([kept(resume), kept(train(run, ...steps(3)))]);
          void others.then(() => {
            // As a closed terminal and npm do: to all, and once more to one.
            process.kill(-pid, 'SIGHUP');
            child.kill('SIGHUP');
          });
        });
      },
    });
    const [resumed, anew] = await others!;
    expectRefusal(
      resumed!,
      1,
      new RegExp(`is being written by process ${pid}: wait until it ends, or stop it`),
    );
    expectRefusal(anew!, 1, /already holds a run/);
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toMatch(/stopped at step \d+; saved/);
    const { position } = await loadCheckpoint(join(run, 'checkpoints/last.safetensors'));
    expect(stepsOf(run)).toEqual(Array.from({ length: position.step }, (_, i) => i + 1));
    expect(readdirSync(run).filter((name) => /lock|tmp/.test(name))).toEqual([]);
  });

  const script =
    spawnSync('script', ['-qfc', 'true', '/dev/null']).status === 0 && process.platform === 'linux';
  it.runIf(script)('is saved when the terminal that it draws in is gone', async () => {
    const run = join(temporaryFolder(), 'run');
    const endless = train(run, ...steps(1_000_000), '--set', 'training.checkpointEvery=1000000');
    const quoted = [process.execPath, main, ...endless].map((word) => `'${word}'`).join(' ');
    const terminal = spawn('script', ['-qfc', quoted, '/dev/null'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const until = (ready: () => boolean) =>
      new Promise<void>((done) => {
        const timer = setInterval(() => {
          if (!ready()) return;
          clearInterval(timer);
          done();
        }, 5);
      });
    await until(() => linesLogged(run) > 5);
    terminal.kill('SIGKILL');
    await until(() => !existsSync(join(run, '.lock')));
    const { position } = await loadCheckpoint(join(run, 'checkpoints/last.safetensors'));
    expect(position.step).toBe(stepsOf(run).at(-1));
  });

  it('is one of two that begin in the same new folder at once', async () => {
    const run = join(temporaryFolder(), 'run');
    const outcomes = await Promise.all([1, 2].map(() => foreframe(train(run, ...steps(40)))));
    expect(outcomes.map(({ code }) => code).sort()).toEqual([0, 1]);
    const refused = outcomes.find(({ code }) => code === 1)!;
    expectRefusal(refused, 1, /is being written by process|already holds a run/);
    expect(stepsOf(run)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });
});

describe('a start of training', () => {
  it.runIf(process.platform === 'linux')(
    'that is told to stop says so and leaves nothing, at any instant',
    async () => {
      const random = new Random(6);
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        const cwd = temporaryFolder();
        const outcome = await foreframe(['train', 'demo', ...TINY, ...steps(1_000_000)], {
          cwd,
          onStart: (child) =>
            when(
              child,
              () => hears(child),
              () => setTimeout(() => child.kill(name), random.integer(700)),
            ),
        });
        const said = outcome.stderr.split('\n').filter((line) => line.startsWith('foreframe: '));
        expect({ name, code: outcome.code, said }).toEqual({
          name,
          code: 130,
          said: [
            expect.stringMatching(/^foreframe: stopped (before training began: there was nothing|at step)/),
          ],
        });
        if (said[0]!.includes('before training')) expect(readdirSync(cwd)).toEqual([]);
      }
    },
  );

  it.each(['runs/nested/run', undefined])(
    'that is told to stop once it has its folder, %s, removes all that it made',
    async (run) => {
      const cwd = temporaryFolder();
      const { code, stderr } = await foreframe(
        ['train', 'demo', ...TINY, ...steps(1_000_000), ...(run ? ['--run', run] : [])],
        {
          cwd,
          onStart: (child) =>
            when(
              child,
              () => existsSync(join(cwd, run ?? 'runs/demo', '.lock')),
              () => child.kill('SIGINT'),
            ),
        },
      );
      expect({ code, stderr }).toEqual({
        code: 130,
        stderr: expect.stringContaining('before training began'),
      });
      expect(readdirSync(cwd)).toEqual([]);
    },
  );

  it('that was killed at any instant is repeated without a word', async () => {
    const run = join(temporaryFolder(), 'run');
    const random = new Random(17);
    const never = ['--set', 'training.checkpointEvery=1000000', '--set', 'training.validateEvery=1000000'];
    // Two instants that are always met, and two that are drawn.
    const instants: [() => boolean, number][] = [
      [() => existsSync(join(run, '.lock')), 0],
      [() => linesLogged(run) > 0, 0],
      [() => existsSync(run), random.integer(1500)],
      [() => existsSync(run), random.integer(1500)],
    ];
    for (const [ready, later] of instants) {
      const outcome = await foreframe(train(run, ...steps(1_000_000), ...never), {
        onStart: (child) => when(child, ready, () => setTimeout(() => child.kill('SIGKILL'), later)),
      });
      expect(outcome.signal, outcome.stderr).toBe('SIGKILL');
    }
    expect(await kept(train(run, ...steps(3)))).toMatchObject({ code: 0 });
    expect(stepsOf(run)).toEqual([1, 2, 3]);
    const names = readdirSync(run, { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => /lock|tmp/.test(name))).toEqual([]);
  });
});

describe('a run on a video that was named from its folder', () => {
  it('means the same from everywhere, and when it was moved', async () => {
    const [home, elsewhere] = [temporaryFolder(), temporaryFolder()];
    testVideo(join(home, 'my.mp4'), 'testsrc=size=64x48:rate=25:duration=6', '-c:v', 'mpeg4');
    const own = [
      'train',
      'video',
      'my.mp4',
      ...TINY,
      '--set',
      'name=mine',
      '--set',
      'training.validateEvery=3',
    ];
    expect(await kept([...own, ...steps(3)], { cwd: home })).toMatchObject({ code: 0 });
    const run = join(home, 'runs', 'mine');
    const config = () =>
      parse(readFileSync(join(run, 'config.yaml'), 'utf8')) as { data: { videos: string[] } };
    expect(config().data.videos).toEqual([join(home, 'my.mp4')]);

    const evaluated = await kept(['evaluate', run, '--json'], { cwd: elsewhere });
    expect(evaluated.code, evaluated.stderr).toBe(0);
    const resumed = await kept(['train', '--resume', '--run', run, ...steps(4)], { cwd: elsewhere });
    expect(resumed.code, resumed.stderr).toBe(0);
    // As it was named, from where it was named.
    const again = await kept([...own, ...steps(5), '--resume'], { cwd: home });
    expect(again.code, again.stderr).toBe(0);
    // The same name elsewhere is another video.
    testVideo(join(elsewhere, 'my.mp4'), 'testsrc=size=64x48:rate=25:duration=6', '-c:v', 'mpeg4');
    const other = await kept([...own, ...steps(6), '--resume', '--run', run], { cwd: elsewhere });
    expectRefusal(other, 1, /another configuration \(data\.videos/);
    rmSync(join(elsewhere, 'my.mp4'));

    // The first edition kept what it was given, and had no marker.
    writeFileSync(
      join(run, 'config.yaml'),
      stringify({ ...config(), data: { ...config().data, videos: ['my.mp4'] } }),
    );
    rmSync(join(run, 'run.json'));
    rmSync(join(run, 'evaluation.json'));
    expect(await kept(['evaluate', run], { cwd: elsewhere })).toMatchObject({ code: 0 });
    const moved = join(elsewhere, 'moved');
    cpSync(run, moved, { recursive: true });
    expect(await kept(['evaluate', moved], { cwd: home })).toMatchObject({ code: 0 });
    const lost = await kept(['evaluate', 'moved'], { cwd: elsewhere });
    expectRefusal(lost, 1, /moved names my\.mp4 relative to the folder that it was made in: go there/);
  });
});
