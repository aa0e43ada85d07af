import { copyFileSync, createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { InterruptedError, UsageError } from '../../src/common/errors.js';
import { type FrameOptions, readFrames } from '../../src/video/index.js';
import { allFrames, ffmpeg, rawBytes, temporaryFolder, testVideo, turnClockwise } from './makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const small: FrameOptions = { width: 32, height: 24, color: 'grey' };
const times = (frames: { time: number }[]) => frames.map((frame) => Math.round(frame.time * 1000));

beforeAll(() => {
  testVideo(at('plain.mp4'), 'testsrc=s=160x120:r=25:d=4');
});

/** Mean of a frame's channel within a part of it. */
function mean(
  frame: { data: Uint8Array; width: number; height: number; channels: number },
  box = [0, 0, 1, 1],
  channel = 0,
) {
  const [left, top, right, bottom] = box as [number, number, number, number];
  let [sum, count] = [0, 0];
  for (let y = Math.floor(top * frame.height); y < bottom * frame.height; y++) {
    for (let x = Math.floor(left * frame.width); x < right * frame.width; x++, count++) {
      sum += frame.data[(y * frame.width + x) * frame.channels + channel]!;
    }
  }
  return sum / count;
}

describe('a whole video', () => {
  test('comes as ffmpeg alone would give it, with the time of each picture', async () => {
    const frames = await allFrames(at('plain.mp4'), { ...small, color: 'rgb' });
    expect(await allFrames(at('plain.mp4'), { ...small, color: 'rgb', sharesProcessors: true })).toEqual(
      frames,
    );
    expect(frames.length).toBe(100);
    const raw = rawBytes(
      at('plain.mp4'),
      'scale=32:24:flags=bicubic+accurate_rnd+full_chroma_int,format=rgb24',
    );
    expect(Buffer.concat(frames.map((frame) => frame.data)).equals(raw)).toBe(true);
    expect(times(frames)).toEqual(frames.map((_, i) => i * 40));
    expect(frames.map((frame) => frame.index)).toEqual(frames.map((_, i) => i));
    expect(frames[7]).toMatchObject({ width: 32, height: 24, channels: 3, source: at('plain.mp4') });
    expect(frames[7]!.data.buffer.byteLength).toBe(32 * 24 * 3);
  });

  test('frames larger than a pipe chunk and of odd size come whole', async () => {
    const frames = await allFrames(at('plain.mp4'), { width: 301, height: 207, color: 'rgb', duration: 0.2 });
    expect(frames.map((frame) => frame.data.length)).toEqual(Array(5).fill(301 * 207 * 3));
  });

  test('start and duration choose a stretch, and times count from the beginning of the file', async () => {
    const whole = await allFrames(at('plain.mp4'), small);
    const part = await allFrames(at('plain.mp4'), { ...small, start: 1.48, duration: 0.4 });
    expect(times(part)).toEqual([1480, 1520, 1560, 1600, 1640, 1680, 1720, 1760, 1800, 1840]);
    expect(part[0]!.data).toEqual(whole[37]!.data);
  });

  test.each([5, 10, 12.5, 50])('rate %d samples by time', async (rate) => {
    const frames = await allFrames(at('plain.mp4'), { ...small, rate });
    expect(Math.abs(frames.length - 4 * rate)).toBeLessThanOrEqual(1);
    expect(times(frames)).toEqual(frames.map((_, i) => Math.round((1000 * i) / rate)));
  });
});

describe('variable frame rate', () => {
  beforeAll(() => {
    // Pictures 0 to 9 at 25 per second, the rest at 5 per second.
    testVideo(at('variable.mkv'), 'testsrc=s=160x120:r=25:d=2.24', '-vf', "select='lt(n,10)+not(mod(n,5))'");
  });
  const expected = Array.from({ length: 20 }, (_, n) => (n < 10 ? n * 40 : 400 + (n - 10) * 200));

  test('every picture comes once, at its own time', async () => {
    expect(times(await allFrames(at('variable.mkv'), small))).toEqual(expected);
  });

  test('a rate shows at each moment the picture of that moment', async () => {
    const all = await allFrames(at('variable.mkv'), small);
    const sampled = await allFrames(at('variable.mkv'), { ...small, rate: 10 });
    expect(times(sampled)).toEqual(sampled.map((_, i) => i * 100));
    // 1.2 s is picture 14, held until 1.4 s.
    expect(sampled[12]!.data).toEqual(all[14]!.data);
    expect(sampled[13]!.data).toEqual(all[14]!.data);
    expect(sampled[14]!.data).toEqual(all[15]!.data);
  });
});

describe('pictures that are not plain', () => {
  test('rotation metadata is applied', async () => {
    testVideo(
      at('lying.mp4'),
      'color=black:s=160x120:r=10:d=0.5,drawbox=0:0:80:120:white:fill',
      '-c:v',
      'libx264',
    );
    turnClockwise(at('lying.mp4'), at('turned.mp4'));
    const [frame] = await allFrames(at('turned.mp4'), { width: 24, height: 32, color: 'grey' });
    // The white left half is on top after a quarter turn clockwise.
    expect(mean(frame!, [0, 0, 1, 0.4])).toBeGreaterThan(240);
    expect(mean(frame!, [0, 0.6, 1, 1])).toBeLessThan(15);
  });

  test('10-bit, full range of levels', async () => {
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'color=white:s=64x64:r=10:d=0.5',
      '-pix_fmt',
      'yuv422p10le',
      '-c:v',
      'ffv1',
      at('ten.mkv'),
    );
    const [frame] = await allFrames(at('ten.mkv'), small);
    expect(mean(frame!)).toBeGreaterThan(253);
  });

  test('what is transparent is black, what is half transparent half as bright', async () => {
    for (const [alpha, level] of [
      ['0.0', 0],
      ['0.5', 127],
      ['1.0', 255],
    ] as const) {
      const source = `color=white@${alpha}:s=64x64:r=10:d=0.3,format=rgba`;
      ffmpeg('-f', 'lavfi', '-i', source, '-c:v', 'qtrle', at('alpha.mov'));
      const [frame] = await allFrames(at('alpha.mov'), small);
      expect(Math.abs(mean(frame!) - level)).toBeLessThan(6);
    }
  });

  test('anamorphic pixels are square before they are fitted', async () => {
    // 64×64 pixels, each twice as wide as high: shown as 2:1.
    testVideo(at('wide.mp4'), 'color=white:s=64x64:r=10:d=0.3', '-vf', 'setsar=2', '-c:v', 'libx264');
    const contained = (
      await allFrames(at('wide.mp4'), { width: 40, height: 40, color: 'grey', fit: 'contain' })
    )[0]!;
    expect(mean(contained, [0, 0.3, 1, 0.7])).toBeGreaterThan(250);
    expect(mean(contained, [0, 0, 1, 0.2])).toBe(0);
    expect(mean(contained, [0, 0.8, 1, 1])).toBe(0);
  });

  test('fill stretches, contain adds bars, cover crops', async () => {
    testVideo(
      at('left.mp4'),
      'color=black:s=160x80:r=10:d=0.3,drawbox=0:0:40:80:white:fill',
      '-c:v',
      'libx264',
    );
    const fitted = async (fit: FrameOptions['fit']) =>
      (await allFrames(at('left.mp4'), { width: 32, height: 32, color: 'rgb', fit }))[0]!;
    expect(mean(await fitted('fill'))).toBeCloseTo(64, -1);
    expect(mean(await fitted('contain'))).toBeCloseTo(32, -1);
    // The middle square begins where the white bar ends.
    expect(mean(await fitted('cover'))).toBeLessThan(8);
  });
});

describe('inputs that are not files', () => {
  test('an ffmpeg device as format:input', async () => {
    const frames = await allFrames('lavfi:testsrc=s=64x48:r=10', { ...small, duration: 1 });
    expect(frames.length).toBe(10);
    expect(frames[0]!.source).toBe('lavfi:testsrc=s=64x48:r=10');
  });

  test('an http address', async () => {
    ffmpeg('-i', at('plain.mp4'), '-c', 'copy', '-movflags', '+faststart', at('served.mp4'));
    ffmpeg('-f', 'lavfi', '-i', 'color=blue:s=64x64', '-frames:v', '1', at('still.png'));
    const both = ['-i', at('still.png'), '-i', at('plain.mp4'), '-map', '0', '-map', '1:v'];
    ffmpeg(...both, '-c:v:0', 'mjpeg', '-c:v:1', 'copy', at('still.mkv'));
    const clear = 'color=white@0.0:s=64x48:r=10:d=1,format=yuva420p';
    ffmpeg('-f', 'lavfi', '-i', clear, '-c:v', 'libvpx', '-auto-alt-ref', '0', at('clear.webm'));
    const server = createServer((request, response) => {
      const path = at(request.url!.slice(1));
      if (!existsSync(path)) return response.writeHead(404).end();
      response.writeHead(200, { 'content-length': statSync(path).size });
      return createReadStream(path).pipe(response);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      expect((await allFrames(`${base}/served.mp4`, small)).length).toBe(100);
      // Without a look at it, the still would be all there is, and what lies beneath the transparency would show.
      expect((await allFrames(`${base}/still.mkv`, small)).length).toBe(100);
      const [transparent] = await allFrames(`${base}/clear.webm`, small);
      expect(mean(transparent!)).toBeLessThan(8);
      await expect(allFrames(`${base}/gone.mp4`, small)).rejects.toThrow(/cannot read http.*gone\.mp4.*404/);
    } finally {
      server.close();
    }
  });
});

test('names that ffmpeg or a glob would read as something else are plain files', async () => {
  for (const name of ['a [1] %03d.mp4', 'lavfi:x=1.mp4', '-dash.mp4', 'ünï cödé.mp4']) {
    copyFileSync(at('plain.mp4'), at(name));
    expect((await allFrames(at(name), { ...small, duration: 0.2 })).length).toBe(5);
  }
});

describe('settings that make no sense', () => {
  test.each([
    { width: 0 },
    { height: 1.5 },
    { rate: 0 },
    { rate: Number.NaN },
    { start: -1 },
    { duration: Number.POSITIVE_INFINITY },
  ])('%j is refused, naming it', async (wrong) => {
    const [key] = Object.keys(wrong);
    const reading = readFrames(at('plain.mp4'), { ...small, ...wrong }).next();
    await expect(reading).rejects.toThrow(UsageError);
    await expect(reading).rejects.toThrow(key);
  });

  test('a start beyond the end names both', async () => {
    await expect(allFrames(at('plain.mp4'), { ...small, start: 9 })).rejects.toThrow(
      /plain\.mp4 ends after 4\.00 s.*9 s/,
    );
  });

  test('an aborted signal stops it before ffmpeg starts', async () => {
    const reading = allFrames(at('plain.mp4'), { ...small, signal: AbortSignal.abort() });
    await expect(reading).rejects.toThrow(InterruptedError);
  });
});
