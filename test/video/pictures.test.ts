import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { ForeframeError, UsageError } from '../../src/common/errors.js';
import { type Frame, filmstrip, framePng, probeVideo, type SkipReport } from '../../src/video/index.js';
import { allFrames, ffmpeg, temporaryFolder } from './makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const small = { width: 32, height: 24, color: 'grey' } as const;

describe('image sequences', () => {
  beforeAll(() => {
    mkdirSync(at('images'));
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=s=160x120:r=25:d=0.48', at('images/f_%04d.png'));
  });

  test('a folder, a star and a printf pattern give the same frames, at 25 per second or the given rate', async () => {
    const frames = await allFrames(at('images'), small);
    expect(frames.map((frame) => Math.round(frame.time * 1000))).toEqual(frames.map((_, i) => 40 * i));
    expect(frames.length).toBe(12);
    for (const pattern of ['images/*.png', 'images/f_%04d.png']) {
      const others = await allFrames(at(pattern), { ...small, rate: 10, start: 0.2, duration: 0.3 });
      expect(others.map((frame) => Math.round(frame.time * 1000))).toEqual([200, 300, 400]);
      expect(others[0]!.data).toEqual(frames[2]!.data);
      expect(others.map((frame) => frame.index)).toEqual([0, 1, 2]);
    }
    expect(await probeVideo(at('images'), { rate: 10 })).toMatchObject({
      width: 160,
      height: 120,
      frameCount: 12,
      duration: 1.2,
      frameRate: 10,
    });
  });

  test('grey, colour, transparency, 16 bits and camera rotation are as in a video', async () => {
    const red = {
      create: { width: 8, height: 8, channels: 4, background: { r: 200, g: 0, b: 0, alpha: 0.5 } },
    } as const;
    await sharp(red).png().toFile(at('half.png'));
    const [colour] = await allFrames(at('half.png'), { width: 4, height: 4, color: 'rgb' });
    expect([...colour!.data.subarray(0, 3)].map((value) => Math.round(value / 10))).toEqual([10, 0, 0]);
    const [grey] = await allFrames(at('half.png'), { width: 4, height: 4, color: 'grey' });
    expect(Math.abs(grey!.data[0]! - 0.299 * 100)).toBeLessThanOrEqual(1);

    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'color=white:s=8x8:d=0.04',
      '-frames:v',
      '1',
      '-pix_fmt',
      'gray16be',
      at('deep.png'),
    );
    const [deep] = await allFrames(at('deep.png'), { width: 4, height: 4, color: 'grey' });
    expect(deep!.data[5]).toBeGreaterThanOrEqual(254);

    const half = Buffer.from(Array.from({ length: 32 }, (_, i) => (i % 8 < 4 ? 255 : 0)));
    await sharp(half, { raw: { width: 8, height: 4, channels: 1 } })
      .withMetadata({ orientation: 6 })
      .png()
      .toFile(at('turned.png'));
    const [turned] = await allFrames(at('turned.png'), { width: 4, height: 8, color: 'grey' });
    expect([turned!.data[0], turned!.data[31]]).toEqual([255, 0]);
    expect(await probeVideo(at('turned.png'))).toMatchObject({ width: 4, height: 8 });
  });

  test('a broken image is skipped with a count, or fails by option; only broken ones fail', async () => {
    mkdirSync(at('broken'));
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=s=16x16:r=25:d=0.16', at('broken/%d.png'));
    writeFileSync(at('broken/2.png'), 'no image');
    const reports: SkipReport[] = [];
    const frames = await allFrames(at('broken'), { ...small, onSkip: (report) => reports.push(report) });
    expect(frames.map((frame) => Math.round(frame.time * 100))).toEqual([0, 8, 12]);
    expect(reports).toEqual([
      { source: at('broken'), count: 1, message: expect.stringMatching(/cannot read .*2\.png/) },
    ]);
    await expect(allFrames(at('broken'), { ...small, onCorrupt: 'fail' })).rejects.toThrow(
      /cannot read .*2\.png/,
    );
    await expect(allFrames(at('broken/2.png'), small)).rejects.toThrow(ForeframeError);
    await expect(probeVideo(at('broken/2.png'))).rejects.toThrow(/cannot read .*2\.png/);
    await expect(allFrames(at('broken'), { ...small, start: 5 })).rejects.toThrow(/has no image from 5 s on/);
  });
});

describe('pictures of frames', () => {
  const frame = (value: number, channels: 1 | 3 = 1): Frame => ({
    data: new Uint8Array(6 * channels).fill(value),
    width: 3,
    height: 2,
    channels,
    time: 0,
    index: 0,
    source: 'made',
  });

  test('framePng enlarges pixels without smoothing', async () => {
    const checker = { ...frame(0), data: Uint8Array.from([0, 255, 0, 255, 0, 255]) };
    const { data, info } = await sharp(await framePng(checker, { scale: 3 }))
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 9, height: 6 });
    expect(new Set(data)).toEqual(new Set([0, 255]));
    expect([data[2], data[3]]).toEqual([0, 255]);
  });

  test('filmstrip lays rows out in a grid', async () => {
    const rows = [{ frames: [frame(10), frame(20)] }, { frames: [frame(30, 3)] }];
    const { data, info } = await sharp(await filmstrip(rows, { scale: 2, gap: 1 }))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 1 + 2 * 7, height: 1 + 2 * 5, channels: 3 });
    const pixel = (x: number, y: number) => data[(y * info.width + x) * 3];
    expect([pixel(1, 1), pixel(8, 4), pixel(1, 6), pixel(0, 0), pixel(7, 1), pixel(8, 6)]).toEqual([
      10, 20, 30, 255, 255, 255,
    ]);
  });

  test('labels are drawn left of their rows, whatever characters they hold', async () => {
    const rows = [{ label: 'a <b> & "c"', frames: [frame(128)] }];
    const { data, info } = await sharp(await filmstrip(rows, { scale: 20 }))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const left = info.width - 3 * 20 - 4;
    let dark = 0;
    for (let y = 0; y < info.height; y++) {
      for (let x = 0; x < left; x++) if (data[(y * info.width + x) * info.channels]! < 100) dark++;
    }
    expect(left).toBeGreaterThan(30);
    expect(dark).toBeGreaterThan(20);
  });

  test('nothing to show, or a scale that makes no sense, is refused', async () => {
    await expect(filmstrip([{ label: 'none', frames: [] }])).rejects.toThrow(UsageError);
    await expect(framePng(frame(0), { scale: 0.5 })).rejects.toThrow(/scale must be a whole number/);
  });
});
