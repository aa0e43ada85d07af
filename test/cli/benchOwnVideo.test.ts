import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { quickFfmpeg } from '../video/codedVideo.js';
import { testVideo } from '../video/makeVideo.js';
import { expectRefusal, foreframe, type RunOptions, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

quickFfmpeg();

const kept = keptForeframe();
const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
let video: string;

/** @param onStart wants a process of its own, to stop it */
function bench(out: string, seeds: string, more: string[] = [], onStart?: RunOptions['onStart']) {
  const small = ['--size', '16', '--seconds', '1', '--only', 'frame-stack-4'];
  const command = ['bench', 'own-video', video, '--out', at(out), ...small, '--seeds', seeds, ...more];
  return onStart ? foreframe(command, { onStart }) : kept(command);
}

const text = (out: string, name = 'results.jsonl') => readFileSync(at(out, name), 'utf8');
const lines = (out: string) => text(out).trimEnd().split('\n');
/** What was measured, without when. */
const measured = (line: string) => ({ ...JSON.parse(line), date: undefined });

beforeAll(() => {
  video = testVideo(at('moving.mp4'), 'testsrc2=size=64x48:rate=25:duration=6');
});

it('keeps what is done, and does the rest', async () => {
  const first = await bench('whole', '1');
  expect(first).toMatchObject({ code: 0 });
  expect(first.stdout).toMatch(/error ÷ that of copy-last, on the test split/);
  const [calibration] = text('whole', 'calibration.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(calibration).toMatchObject({ candidate: 'frame-stack-4', size: 16, color: 'grey' });
  const [done] = lines('whole');
  const { steps, validation, test } = JSON.parse(done!);
  // Nearly all of the budget is spent on steps.
  expect(steps).toBeLessThanOrEqual(Math.ceil(1 / calibration.secondsPerStep));
  expect(steps).toBeGreaterThan(0.5 / calibration.secondsPerStep);
  for (const errors of [validation, test])
    expect(errors).toMatchObject({ copyLast: expect.any(Number), rollout: { clips: expect.any(Number) } });

  const both = await bench('whole', '1,2', ['--json']);
  expect(both.code).toBe(0);
  expect(lines('whole')).toHaveLength(2);
  expect(lines('whole')[0]).toBe(done);
  expect(both.stderr).not.toMatch(/seed 1, 1 s: \d+ steps/);
  expect(JSON.parse(both.stdout)).toEqual(lines('whole').map((line) => JSON.parse(line)));

  const before = text('whole');
  const collected = await kept(['bench', 'own-video', '--collect', '--out', at('whole')]);
  expect(collected.stdout).toMatch(
    /^\| 16×16 grey, 1 s \| frame-stack-4 \| \+10 \| 1, 2 \| [\d.]+ ± [\d.]+ \|/m,
  );
  expect(text('whole')).toBe(before);
  expect(readdirSync(at('whole', 'runs'))).toEqual([]);
});

it('comes to the same numbers after Ctrl-C in a training, and after a line that was cut', async () => {
  mkdirSync(at('stopped'));
  copyFileSync(at('whole', 'calibration.jsonl'), at('stopped', 'calibration.jsonl'));
  // Half a line, as a full disk leaves it.
  writeFileSync(at('stopped', 'results.jsonl'), lines('whole')[0]!.slice(0, 80));
  const run = at('stopped', 'runs', 'frame-stack-4-moving.mp4-16-grey-1-1');
  const stopped = await bench('stopped', '1', [], (child) => {
    const timer = setInterval(() => {
      const log = join(run, 'metrics.jsonl');
      if (existsSync(log) && readFileSync(log, 'utf8').split('\n').length > 3) {
        clearInterval(timer);
        child.kill('SIGINT');
      }
    }, 5);
    child.on('exit', () => clearInterval(timer));
  });
  expect(stopped.code).toBe(130);
  expect(existsSync(join(run, 'checkpoints', 'last.safetensors'))).toBe(true);
  expect((await bench('stopped', '1')).code).toBe(0);
  expect(lines('stopped')).toHaveLength(2);
  expect(measured(lines('stopped')[1]!)).toEqual(measured(lines('whole')[0]!));
  expect(existsSync(run)).toBe(false);
});

it('tries a pipeline that comes with foreframe, with frames of its own', async () => {
  const long = testVideo(at('long.mp4'), 'testsrc2=size=64x48:rate=10:duration=20');
  const options = ['--out', at('preset'), '--seconds', '1', '--seeds', '1', '--only', 'screen-recording'];
  expect(await kept(['bench', 'own-video', long, ...options])).toMatchObject({ code: 0 });
  const [line] = lines('preset');
  expect(JSON.parse(line!)).toMatchObject({
    candidate: 'screen-recording',
    size: 160,
    height: 96,
    color: 'grey',
  });
});

it('refuses in one line what it does not know', async () => {
  const out = ['--out', at('refused')];
  expectRefusal(await kept(['bench', 'own-video']), 2, /--out/);
  expectRefusal(await kept(['bench', 'own-video', '--collect', ...out]), 1, /holds no result/);
  expectRefusal(await kept(['bench', 'own-video', 'fase', ...out]), 2, /did you mean face\?/);
  expectRefusal(
    await kept(['bench', 'own-video', '--only', 'frame-stak-4', ...out]),
    2,
    /did you mean frame-stack-4\?/,
  );
  // It learns from a dataset.
  expectRefusal(
    await kept(['bench', 'own-video', '--only', 'balls-pgn', ...out]),
    2,
    /is not a pipeline of it/,
  );
  expect(existsSync(at('refused'))).toBe(false);
});
