import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/common/errors.js';
import { animation } from '../../src/report/frames/animation.js';
import { sheet } from '../../src/report/frames/sheet.js';
import { type KnownMoment, predictionStrip } from '../../src/report/frames/strips.js';
import { expectPicture } from '../pictureSnapshot.js';
import { squareFrame } from './drawings.js';

/** Letters depend on the machine's fonts. */
const LETTERS = { each: 40, share: 0.03 };

const moments = (count: number): KnownMoment[] =>
  Array.from({ length: count }, (_, i) => ({
    time: (i + 10) / 25,
    ahead: i + 1,
    truth: squareFrame(i % 12),
    prediction: squareFrame(Math.min(11, (i % 12) + 1)),
    copyLast: squareFrame(0),
  }));
const widthOf = async (image: Uint8Array) => (await sharp(image).metadata()).width;

describe('strips of predictions', () => {
  it('look as accepted, wide and narrow: labelled by frames ahead, errors on one scale', async () => {
    const strip = await predictionStrip('Rollout', 'caption', moments(12), 'ahead');
    await expectPicture(strip.image, 'strip-rollout', LETTERS);
    await expectPicture(strip.narrow!, 'strip-rollout-narrow', LETTERS);
    expect(strip.fullError).toBe(1);
  });

  it('show a few moments of many, and all of a few', async () => {
    const wide = async (count: number, heads: 'ahead' | 'time') =>
      widthOf((await predictionStrip('t', 'c', moments(count), heads)).image);
    expect(await wide(30, 'time')).toBe(await wide(6, 'time'));
    expect(await wide(3, 'time')).toBeLessThan(await wide(6, 'time'));
    // +1, +2, +5, +10 and the last: five columns.
    expect(await wide(12, 'ahead')).toBe(await wide(5, 'time'));
    expect(await wide(1, 'ahead')).toBe(await wide(1, 'time'));
  });
});

describe('a sheet of frames by class', () => {
  it('keeps the first columns for narrow screens', async () => {
    const frames = Array.from({ length: 10 }, (_, i) => squareFrame(i));
    const classes = frames.map((_, i) => `class ${i}`);
    const made = await sheet('title', 'caption', [{ label: 'image', frames }], classes);
    await expectPicture(made.image, 'sheet', LETTERS);
    expect(await widthOf(made.narrow!)).toBeLessThan(0.6 * (await widthOf(made.image)));
    expect((await sheet('t', 'c', [{ frames: frames.slice(0, 3) }], ['a', 'b', 'c'])).narrow).toBeUndefined();
  });
});

describe('an animation', () => {
  it('holds every frame as it is, for its time, and begins again', async () => {
    const frames = [1, 4, 9].map((at) => squareFrame(at, 3));
    const webp = await animation(frames, { delay: 120, rest: 900, lossless: true });
    const { pages, delay, loop, pageHeight } = await sharp(webp, { animated: true }).metadata();
    expect({ pages, delay, loop, pageHeight }).toEqual({
      pages: 3,
      delay: [120, 120, 900],
      loop: 0,
      pageHeight: 16,
    });
    const pixels = await sharp(webp, { animated: true }).removeAlpha().raw().toBuffer();
    expect(Buffer.compare(pixels, Buffer.concat(frames.map(({ data }) => data)))).toBe(0);
  });

  it('of one frame is an image, and of none nothing', async () => {
    const webp = await animation([squareFrame(3, 3)], { delay: 120, rest: 900, lossless: false });
    expect((await sharp(webp).metadata()).width).toBe(16);
    await expect(animation([], { delay: 1, rest: 1, lossless: true })).rejects.toThrow(UsageError);
  });
});
