import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { InterruptedError } from '../../src/common/errors.js';
import { type Frame, readFrames, writeVideo } from '../../src/video/index.js';
import { isAlive, temporaryFolder, testVideo } from './makeVideo.js';

const folder = temporaryFolder();
const path = join(folder, 'long.mp4');
const options = { width: 64, height: 64, color: 'rgb' } as const;

beforeAll(() => {
  testVideo(path, 'testsrc=s=160x120:r=25:d=60', '-c:v', 'libx264', '-preset', 'ultrafast');
});

/** Children of this process that have the video's or input's name in their arguments. */
function children(argument: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const parent = /^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
        return (
          Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(argument)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

test.runIf(process.platform === 'linux')('a Ctrl-C that ends ffmpeg first is no failed writing', async () => {
  const out = join(folder, 'written.mp4');
  const frames = (function* (): Generator<Frame> {
    const shape = { width: 64, height: 64, channels: 1, source: 'made' } as const;
    for (let index = 0; index < 2000; index++) {
      // Frames keep their turns: ffmpeg is up by then.
      if (index === 200) for (const pid of children('written.mp4')) process.kill(pid, 'SIGINT');
      yield { data: new Uint8Array(64 * 64).fill(index), time: index, index, ...shape };
    }
  })();
  const writing = writeVideo(out, frames, { rate: 25 });
  await expect(writing).rejects.toThrow(InterruptedError);
  await expect(writing).rejects.toThrow('written.mp4 was interrupted');
  expect(readdirSync(folder).filter((name) => name.startsWith('written'))).toEqual([]);
});

describe.runIf(process.platform === 'linux')('no ffmpeg is left behind', () => {
  test('after leaving the loop', async () => {
    let pids: number[] = [];
    for await (const frame of readFrames(path, options)) {
      if (frame.index < 5) continue;
      pids = children(path);
      break;
    }
    expect(pids).toHaveLength(1);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('after an error in the loop', async () => {
    let pids: number[] = [];
    const reading = (async () => {
      for await (const frame of readFrames(path, options)) {
        pids = children(path);
        throw new Error(`no more after ${frame.index}`);
      }
    })();
    await expect(reading).rejects.toThrow('no more after 0');
    expect(pids).toHaveLength(1);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('after an abort, also while ffmpeg waits for a reader', async () => {
    const abort = new AbortController();
    const frames = readFrames(path, { ...options, signal: abort.signal });
    await frames.next();
    const pids = children(path);
    abort.abort();
    await expect(
      (async () => {
        for await (const _ of frames);
      })(),
    ).rejects.toThrow(InterruptedError);
    expect(pids).toHaveLength(1);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('after an abort while the reader waits for an input that gives nothing', async () => {
    const abort = new AbortController();
    // One picture in a thousand seconds, at the pace of a clock.
    const input = 'lavfi:color=s=16x16:r=0.001,realtime';
    const frames = readFrames(input, { ...options, signal: abort.signal });
    const reading = (async () => {
      for await (const _ of frames);
    })();
    while (children('realtime').length === 0) await sleep(10);
    const pids = children('realtime');
    await sleep(100);
    abort.abort();
    await expect(reading).rejects.toThrow(InterruptedError);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

test('a reader that stops asking makes ffmpeg wait', async () => {
  const frames = readFrames('lavfi:testsrc=s=320x240:r=25', { width: 320, height: 240, color: 'rgb' });
  await frames.next();
  const pid = children('testsrc')[0];
  const cpu = () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  if (process.platform === 'linux') {
    // It fills the pipes and then uses no more time of the processor.
    let before = -1;
    for (let i = 0; i < 100 && before !== cpu(); i++) {
      before = cpu();
      await sleep(100);
    }
    expect(cpu()).toBe(before);
  }
  await frames.return(undefined);
});
