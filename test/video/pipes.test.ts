import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { InterruptedError, UsageError } from '../../src/common/errors.js';
import { findSources, probeVideo, readFrames } from '../../src/video/index.js';
import { coded, codedVideo, ffmpegBuilds, numberOf, useBuild } from './codedVideo.js';
import { temporaryFolder, testVideo } from './makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const all = Array.from({ length: 60 }, (_, i) => i);

beforeAll(() => {
  const codec = ['-c:v', 'libx264', '-crf', '8', '-pix_fmt', 'yuv420p', '-g', '12'];
  codedVideo({ frames: 60, rate: 25, after: [...codec, at('video.ts')] });
  // Longer than what ffmpeg keeps of a pipe.
  testVideo(at('end.mp4'), 'testsrc2=s=160x120:r=25:d=3,noise=alls=30:allf=t', '-qp', '4');
});

function namedPipe(name: string): string {
  execFileSync('mkfifo', [at(name)]);
  return at(name);
}

async function numbers(path: string): Promise<number[]> {
  const found: number[] = [];
  for await (const frame of readFrames(path, coded)) found.push(numberOf(frame));
  return found;
}

describe.runIf(process.platform === 'linux').each(ffmpegBuilds())('with $name', ({ env }) => {
  useBuild({ env });

  test('an .mp4 with its index at the end says why a pipe cannot hold it', async () => {
    const pipe = namedPipe(`end-${Object.keys(env).length}`);
    const writing = createWriteStream(pipe).on('error', () => {});
    createReadStream(at('end.mp4')).pipe(writing);
    await expect(numbers(pipe)).rejects.toThrow(
      /cannot read .*; it cannot be read in one go: name the file itself/,
    );
    writing.destroy();
  });

  test('a named pipe is read from its first byte, once', async () => {
    const pipe = namedPipe(`pipe-${Object.keys(env).length}`);
    const writing = new Promise<void>((done) => {
      createReadStream(at('video.ts')).pipe(createWriteStream(pipe)).on('close', done);
    });
    expect(await numbers(pipe)).toEqual(all);
    await writing;
    const [source] = await findSources([pipe]);
    expect(source).toMatchObject({ kind: 'input', once: true });
    // Looking at it would take out of it what is to be read.
    await expect(probeVideo(pipe)).rejects.toThrow(UsageError);
  });

  test.each([
    ['<(…)', 'cat video.ts', '"$0" --input-type=module -e "$1" /dev/fd/9 9< <(cat video.ts)'],
    ['standard input', 'a pipe', 'cat video.ts | "$0" --input-type=module -e "$1" /dev/stdin'],
    ['standard input', 'a file', '"$0" --input-type=module -e "$1" /dev/stdin < video.ts'],
  ])('%s from %s loses nothing', async (_, __, command) => {
    const library = resolve(import.meta.dirname, '../../dist/src/index.js');
    const script =
      `const { readFrames } = await import(${JSON.stringify(library)}); let n = 0;` +
      `for await (const _ of readFrames(process.argv[1], ${JSON.stringify(coded)})) n++; console.log(n)`;
    const options = { cwd: folder, env: { ...process.env, ...env } };
    const out = await new Promise((done) => {
      const child = spawn('bash', ['-c', command, process.execPath, script], options);
      let text = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => {
          text += chunk;
        });
      child.on('close', () => done(text.trim()));
    });
    expect(out).toBe('60');
  });
});

test.runIf(process.platform === 'linux')('a pipe that nobody writes to says so and can be left', async () => {
  const pipe = namedPipe('silent');
  const stop = new AbortController();
  const heard: string[] = [];
  const onWait = (message: string) => {
    heard.push(message);
    stop.abort();
  };
  const reading = readFrames(pipe, { ...coded, onWait, signal: stop.signal }).next();
  await expect(reading).rejects.toThrow(InterruptedError);
  expect(heard).toEqual([expect.stringMatching(/waiting for .*silent: nothing has been written/)]);
});
