import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { findSources, probeVideo, type SkipReport } from '../../src/video/index.js';
import { allFrames, ffmpeg, temporaryFolder, testVideo } from './makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const small = { width: 8, height: 8, color: 'grey' } as const;
const LEVELS = [0, 17, 34, 51, 85, 119, 170, 238];
const grey = (level: number) =>
  sharp({ create: { width: 16, height: 16, channels: 3, background: `rgb(${level},${level},${level})` } });
const levels = async (source: string) => (await allFrames(source, small)).map((frame) => frame.data[27]);

/** A TIFF whose pages are of one level each, as 4 bytes of float or 1 or 2 bytes of whole numbers. */
function tiff(pages: readonly number[], bits: 8 | 16 | 32, size = (_: number) => 16): Buffer {
  const parts: Buffer[] = [Buffer.from('49492a0008000000', 'hex')];
  let at = 8;
  pages.forEach((level, i) => {
    const side = size(i);
    const pixels = Buffer.alloc((side * side * bits) / 8);
    for (let p = 0; p < side * side; p++) {
      if (bits === 32) pixels.writeFloatLE(level / 255, 4 * p);
      else if (bits === 16) pixels.writeUInt16LE(level * 257, 2 * p);
      else pixels[p] = level;
    }
    const tags = [
      [256, side],
      [257, side],
      [258, bits],
      [259, 1],
      [262, 1],
      [273, at + 2 + 10 * 12 + 4],
      [277, 1],
      [278, side],
      [279, pixels.length],
      [339, bits === 32 ? 3 : 1],
    ] as const;
    const head = Buffer.alloc(2 + tags.length * 12 + 4);
    head.writeUInt16LE(tags.length, 0);
    tags.forEach(([tag, value], t) => {
      head.writeUInt16LE(tag, 2 + 12 * t);
      head.writeUInt16LE(4, 4 + 12 * t);
      head.writeUInt32LE(1, 6 + 12 * t);
      head.writeUInt32LE(value, 10 + 12 * t);
    });
    const next = i + 1 < pages.length ? at + head.length + pixels.length : 0;
    head.writeUInt32LE(next, head.length - 4);
    parts.push(head, pixels);
    at += head.length + pixels.length;
  });
  return Buffer.concat(parts);
}

async function refusal(source: string): Promise<string> {
  const error = await allFrames(source, { ...small, onCorrupt: 'skip' }).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(ForeframeError);
  expect(error!.message).not.toContain('\n');
  return error!.message;
}

describe('files of several images', () => {
  test('the pages of a TIFF are a sequence, of 8 and of 16 bits', async () => {
    for (const bits of [8, 16] as const) {
      writeFileSync(at('stack.tif'), tiff(LEVELS, bits));
      expect(await levels(at('stack.tif'))).toEqual(LEVELS);
      expect(await probeVideo(at('stack.tif'), { rate: 10 })).toMatchObject({ frameCount: 8, duration: 0.8 });
    }
    const frames = await allFrames(at('stack.tif'), { ...small, rate: 10, start: 0.3, duration: 0.2 });
    expect(frames.map((frame) => [frame.time, frame.data[0]])).toEqual([
      [0.3, 51],
      [0.4, 85],
    ]);
    const [source] = await findSources([at('stack.tif')]);
    expect(source).toMatchObject({ kind: 'images', files: { length: 8 } });
  });

  test('a TIFF with reduced copies, or among others, is refused', async () => {
    writeFileSync(
      at('pyramid.tif'),
      tiff([100, 100], 8, (page) => 16 >> page),
    );
    expect(await refusal(at('pyramid.tif'))).toMatch(/pyramid\.tif holds 2 images/);
    mkdirSync(at('stacks'));
    for (const name of ['a', 'b']) writeFileSync(at(`stacks/${name}.tif`), tiff([1, 2, 3], 8));
    expect(await refusal(at('stacks'))).toMatch(/a\.tif holds 3 images: name it by itself/);
  });

  test('an animated PNG is a video with times of its own, also by the name .png; among images it is refused', async () => {
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=s=32x32:r=5:d=2', '-f', 'apng', at('moving.png'));
    for (const times of [await allFrames(at('moving.png'), small), await allFrames(at('*ving.png'), small)]) {
      expect(times.map((frame) => Math.round(frame.time * 10))).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    }
    mkdirSync(at('mixed'));
    for (const name of ['a', 'b']) ffmpeg('-i', at('moving.png'), '-f', 'apng', at(`mixed/${name}.png`));
    expect(await refusal(at('mixed'))).toMatch(/a\.png is an animation: name it by itself/);
  });

  test('an animated WebP is refused, a still one is read', async () => {
    const strip = sharp({
      create: { width: 16, height: 48, channels: 3, background: '#777', pageHeight: 16 },
    });
    await strip.webp({ lossless: true, delay: [40, 40, 40] }).toFile(at('moving.webp'));
    const { pages } = await sharp(at('moving.webp')).metadata();
    if (pages === 3)
      expect(await refusal(at('moving.webp'))).toMatch(/animation of 3 images.*animated PNG, a GIF/);
    await grey(119).webp({ lossless: true }).toFile(at('still.webp'));
    expect(await levels(at('still.webp'))).toEqual([119]);
  });
});

describe('levels', () => {
  test('floating-point levels are refused, even where corrupt images are skipped', async () => {
    mkdirSync(at('float'));
    LEVELS.forEach((level, i) => {
      writeFileSync(at(`float/f${i}.tif`), tiff([level], 32));
    });
    expect(await refusal(at('float'))).toMatch(
      /f0\.tif stores its levels as float.*convert it to 8 or 16 bits/,
    );
    await expect(probeVideo(at('float'))).rejects.toThrow(/stores its levels as float/);
  });

  test('16 bits a channel are scaled, with and without transparency', async () => {
    for (const channels of [1, 2, 3, 4] as const) {
      const values = Uint16Array.from({ length: 256 * channels }, (_, i) =>
        channels % 2 === 0 && i % channels === channels - 1 ? 65535 : 100 * 257,
      );
      const raw = { width: 16, height: 16, channels };
      const space = channels < 3 ? 'grey16' : 'rgb16';
      await sharp(values, { raw })
        .toColourspace(space)
        .png()
        .toFile(at(`deep${channels}.png`));
      expect((await sharp(at(`deep${channels}.png`)).metadata()).depth).toBe('ushort');
      expect(await levels(at(`deep${channels}.png`))).toEqual([100]);
    }
  });
});

test('images of other kinds are refused by name, in a folder, a pattern and a number pattern', async () => {
  for (const kind of ['bmp', 'pgm', 'ppm', 'tga']) {
    mkdirSync(at(kind));
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=s=16x16:r=25:d=0.16', at(`${kind}/f%03d.${kind}`));
    for (const source of [kind, `${kind}/*.${kind}`, `${kind}/f%03d.${kind}`]) {
      expect(await refusal(at(source)), source).toMatch(
        new RegExp(`${kind} images are not read: convert them to PNG`),
      );
    }
  }
});

test('a sequence whose first image is empty is read from the second on, or refused', async () => {
  mkdirSync(at('bad'));
  for (const [i, level] of LEVELS.entries())
    await grey(level)
      .png()
      .toFile(at(`bad/f${i}.png`));
  writeFileSync(at('bad/f0.png'), '');
  const reports: SkipReport[] = [];
  const frames = await allFrames(at('bad'), { ...small, onSkip: (each) => reports.push(each) });
  expect(frames.map((frame) => frame.data[0])).toEqual(LEVELS.slice(1));
  expect(reports).toEqual([{ source: at('bad'), count: 1, message: expect.stringContaining('f0.png') }]);
  expect(await probeVideo(at('bad'))).toMatchObject({ width: 16, height: 16, frameCount: 8 });
  await expect(allFrames(at('bad'), { ...small, onCorrupt: 'fail' })).rejects.toThrow(/f0\.png/);
});

test('what is transparent is black in WebM too, where transparency lies beside the images', async () => {
  const source =
    "color=white:s=64x64:r=10:d=0.5,format=yuva420p,geq=lum=lum(X\\,Y):a='255*between(X\\,16\\,47)'";
  for (const codec of ['libvpx', 'libvpx-vp9']) {
    const more = codec === 'libvpx' ? ['-auto-alt-ref', '0'] : [];
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      source,
      '-c:v',
      codec,
      '-pix_fmt',
      'yuva420p',
      '-b:v',
      '1M',
      ...more,
      at(`${codec}.webm`),
    );
    const [frame] = await allFrames(at(`${codec}.webm`), { width: 64, height: 64, color: 'rgb' });
    expect([...frame!.data.subarray(0, 3)], codec).toEqual([0, 0, 0]);
    expect(frame!.data[(32 * 64 + 32) * 3]).toBeGreaterThan(250);
  }
  testVideo(at('opaque.webm'), 'color=white:s=64x64:r=10:d=0.3', '-c:v', 'libvpx');
  expect((await allFrames(at('opaque.webm'), small))[0]!.data[0]).toBeGreaterThan(250);
});
