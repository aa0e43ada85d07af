import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ForeframeError, InterruptedError, UsageError } from '../../src/common/errors.js';
import { type Frame, probeVideo, writeVideo } from '../../src/video/index.js';
import { canMount, smallDisk } from '../smallDisk.js';
import { allFrames, temporaryFolder } from './makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

/** A gradient that moves by one level a frame. */
function* gradient(count: number, width: number, height: number, channels: 1 | 3 = 1): Generator<Frame> {
  for (let index = 0; index < count; index++) {
    const data = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 7 + index * 5) % 256);
    yield { data, width, height, channels, time: index / 10, index, source: 'gradient' };
  }
}

const largestDifference = (a: Frame, b: Frame) =>
  a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i]!)), 0);

describe('mp4', () => {
  test('lossless grey reads back within two levels, with its times', async () => {
    const frames = [...gradient(20, 48, 36)];
    expect(await writeVideo(at('grey.mp4'), frames, { rate: 12.5, quality: 'lossless' })).toEqual({
      frames: 20,
    });
    const back = await allFrames(at('grey.mp4'), { width: 48, height: 36, color: 'grey' });
    expect(back.length).toBe(20);
    expect(Math.max(...back.map((frame, i) => largestDifference(frame, frames[i]!)))).toBeLessThanOrEqual(2);
    expect(back.map((frame) => Math.round(frame.time * 1000))).toEqual(frames.map((_, i) => i * 80));
  });

  test('plays everywhere: H.264, yuv420p, index first', async () => {
    await writeVideo(at('colour.mp4'), gradient(5, 64, 48, 3), { rate: 30 });
    expect(await probeVideo(at('colour.mp4'))).toMatchObject({
      codec: 'h264',
      pixelFormat: 'yuv420p',
      width: 64,
      height: 48,
      frameCount: 5,
    });
    const bytes = readFileSync(at('colour.mp4'));
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
  });

  test('odd sizes grow by a repeated edge', async () => {
    await writeVideo(at('odd.mp4'), gradient(3, 33, 21), { rate: 10, quality: 'lossless' });
    expect(await probeVideo(at('odd.mp4'))).toMatchObject({ width: 34, height: 22 });
    const [back] = await allFrames(at('odd.mp4'), { width: 34, height: 22, color: 'grey' });
    const [first] = gradient(1, 33, 21);
    for (const [x, y] of [
      [0, 0],
      [32, 20],
      [33, 20],
      [32, 21],
      [33, 21],
    ] as const) {
      const wanted = first!.data[Math.min(y, 20) * 33 + Math.min(x, 32)]!;
      expect(Math.abs(back!.data[y * 34 + x]! - wanted)).toBeLessThanOrEqual(2);
    }
  });

  test('one frame', async () => {
    await writeVideo(at('one.mp4'), gradient(1, 16, 16), { rate: 10 });
    expect((await allFrames(at('one.mp4'), { width: 16, height: 16, color: 'grey' })).length).toBe(1);
  });
});

test('gif', async () => {
  await writeVideo(at('grey.gif'), gradient(8, 32, 32), { rate: 10 });
  const back = await allFrames(at('grey.gif'), { width: 32, height: 32, color: 'grey' });
  expect(back.length).toBe(8);
  expect(largestDifference(back[3]!, [...gradient(4, 32, 32)][3]!)).toBeLessThanOrEqual(2);
});

describe('failure leaves nothing behind', () => {
  const untouched = async (
    start: () => Promise<unknown>,
    type: new (message: string) => Error,
    message: RegExp,
  ) => {
    const before = readdirSync(folder);
    const work = start();
    await expect(work).rejects.toThrow(type);
    await expect(work).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual(before);
  };

  test('when the frames fail midway', async () => {
    const failing = (async function* () {
      yield* gradient(3, 32, 32);
      throw new Error('the model exploded');
    })();
    await untouched(() => writeVideo(at('failed.mp4'), failing, { rate: 10 }), Error, /the model exploded/);
  });

  test('when aborted, and the frames are told to end', async () => {
    const abort = new AbortController();
    let ended = false;
    const endless = (async function* () {
      try {
        for (;;) {
          yield* gradient(10, 32, 32);
          abort.abort();
        }
      } finally {
        ended = true;
      }
    })();
    await untouched(
      () => writeVideo(at('aborted.mp4'), endless, { rate: 10, signal: abort.signal }),
      InterruptedError,
      /interrupted/,
    );
    expect(ended).toBe(true);
  });

  test('an earlier video of that name survives', async () => {
    await writeVideo(at('kept.mp4'), gradient(2, 16, 16), { rate: 10 });
    const before = readFileSync(at('kept.mp4'));
    await untouched(
      () => writeVideo(at('kept.mp4'), [], { rate: 10 }),
      ForeframeError,
      /no frame to write to .*kept\.mp4/,
    );
    expect(readFileSync(at('kept.mp4')).equals(before)).toBe(true);
  });

  test('frames of another size', async () => {
    const mixed = [...gradient(1, 32, 32), ...gradient(1, 16, 16)];
    await untouched(
      () => writeVideo(at('mixed.mp4'), mixed, { rate: 10 }),
      ForeframeError,
      /frame 1 is 16×16×1 and the first was 32×32×1/,
    );
  });

  test('a folder that does not exist or may not be written', async () => {
    await untouched(
      () => writeVideo(at('no/such.mp4'), gradient(1, 16, 16), { rate: 10 }),
      ForeframeError,
      /cannot write .*such\.mp4/,
    );
    // Root may write anywhere.
    if (process.getuid?.() === 0) return;
    mkdirSync(at('locked'));
    chmodSync(at('locked'), 0o555);
    await untouched(
      () => writeVideo(at('locked/x.mp4'), gradient(1, 16, 16), { rate: 10 }),
      ForeframeError,
      /no permission/,
    );
  });

  test.runIf(canMount)('a full disk', async () => {
    const disk = at('disk');
    const takeAway = smallDisk(disk, 16 * 1024);
    try {
      const writing = writeVideo(join(disk, 'full.mp4'), gradient(50, 64, 64, 3), { rate: 10 });
      await expect(writing).rejects.toThrow(/cannot write .*full\.mp4: the disk is full: free some space/);
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      takeAway();
    }
  });

  test('an extension or rate that makes no sense', async () => {
    await untouched(
      () => writeVideo(at('x.avi'), gradient(1, 16, 16), { rate: 10 }),
      UsageError,
      /name it \.mp4 or \.gif/,
    );
    await untouched(
      () => writeVideo(at('x.mp4'), gradient(1, 16, 16), { rate: Number.NaN }),
      UsageError,
      /rate must be/,
    );
    expect(existsSync(at('x.mp4'))).toBe(false);
  });
});
