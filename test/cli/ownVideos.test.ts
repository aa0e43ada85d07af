import { execFileSync } from 'node:child_process';
import { copyFileSync, createReadStream, createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { quickFfmpeg } from '../video/codedVideo.js';
import { testVideo } from '../video/makeVideo.js';
import { temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

quickFfmpeg();

const kept = keptForeframe();
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const small = ['data.width=16', 'data.height=16', 'data.shuffle=0', 'training.batch=2', 'model.channels=4'];
const train = (video: string, run: string, steps: number, ...more: string[]) =>
  kept([
    ...['train', 'video', video, '--run', at(run), ...more],
    ...[...small, `training.steps=${steps}`].flatMap((setting) => ['--set', setting]),
  ]);

beforeAll(() => {
  mkdirSync(at('short'));
  testVideo(at('short/0.mp4'), 'testsrc=s=32x32:r=25:d=2', '-c:v', 'libx264');
  for (const i of [1, 2, 3]) copyFileSync(at('short/0.mp4'), at(`short/${i}.mp4`));
  testVideo(at('stream.ts'), 'testsrc=s=32x32:r=25:d=6', '-c:v', 'libx264');
});

it('short clips are split by file, and the run remembers it', async () => {
  const first = await train(at('short'), 'clips', 2);
  expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('split by file 2 + 1 + 1') });
  expect(readFileSync(at('clips/config.yaml'), 'utf8')).toMatch(/by: file/);
  const more = await train(at('short'), 'clips', 3, '--resume');
  expect(more).toMatchObject({ code: 0, stdout: expect.stringContaining('trained 3 steps') });
  expect((await kept(['evaluate', at('clips')])).code).toBe(0);
});

it.runIf(process.platform !== 'win32')('a pipe trains to its end, and says so', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  createReadStream(at('stream.ts')).pipe(createWriteStream(at('pipe')));
  const { code, stdout } = await train(at('pipe'), 'piped', 1000);
  // 13 clips of 11 of its 150 frames, two at a time.
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringContaining('trained 6 steps of 2 clips in '),
  });
  expect(stdout).toContain('a pipe is read once, all of it to train on');
});
