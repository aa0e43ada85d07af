import { describe, expect, it } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { errorFrame, fullErrorOf } from '../../src/report/frames/errorMap.js';
import { colourMap } from '../../src/report/parts/colourMap.js';
import type { Frame } from '../../src/video/frame.js';

function frameOf(channels: 1 | 3, data: number[]): Frame {
  const width = data.length / channels;
  return { data: Uint8Array.from(data), width, height: 1, channels, time: 2, index: 3, source: 'a.mp4' };
}
const colour = (step: number) => [...colourMap.subarray(step * 3, step * 3 + 3)];

/** CIE L*, 0 to 100, of an sRGB colour. */
function lightness(rgb: number[]): number {
  const linear = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  const y = 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

describe('colourMap', () => {
  const steps = Array.from({ length: 256 }, (_, step) => colour(step));

  it('goes from near black to near white', () => {
    expect(lightness(steps[0]!)).toBeLessThan(2);
    expect(lightness(steps[255]!)).toBeGreaterThan(94);
  });

  it('gets lighter all the way, without jumps', () => {
    for (let step = 16; step < 256; step += 8) {
      const gain = lightness(steps[step]!) - lightness(steps[step - 8]!);
      expect(gain).toBeGreaterThan(0.5);
      expect(gain).toBeLessThan(6);
    }
    for (let step = 1; step < 256; step++) {
      steps[step]!.forEach((value, at) => {
        expect(Math.abs(value - steps[step - 1]![at]!)).toBeLessThanOrEqual(5);
      });
    }
  });
});

describe('errorFrame', () => {
  it('colours the absolute difference, whichever side is larger', () => {
    const map = errorFrame(frameOf(1, [0, 100, 100, 0, 255]), frameOf(1, [0, 164, 36, 128, 0]), 128 / 255);
    expect([map.width, map.height, map.channels, map.time, map.index, map.source]).toEqual([
      5,
      1,
      3,
      2,
      3,
      'a.mp4',
    ]);
    expect([...map.data]).toEqual([colour(0), colour(128), colour(128), colour(255), colour(255)].flat());
  });

  it('averages over colours', () => {
    const map = errorFrame(frameOf(3, [96, 0, 0]), frameOf(3, [0, 96, 0]), 0.5);
    expect([...map.data]).toEqual(colour(64 * 2));
  });

  it('refuses frames of different shapes', () => {
    expect(() => errorFrame(frameOf(1, [1, 2, 3]), frameOf(3, [1, 2, 3]), 1)).toThrow(ForeframeError);
    expect(() => errorFrame(frameOf(1, [1, 2]), frameOf(1, [1]), 1)).toThrow('[1, 2, 1] and [1, 1, 1]');
  });
});

describe('the scale of errors', () => {
  const pair = (differences: number[]) => ({
    truth: frameOf(1, differences),
    prediction: frameOf(1, new Array(differences.length).fill(0)),
  });
  const most = (largest: number) => pair([...new Array(96).fill(1), ...new Array(4).fill(largest)]);

  it.each([
    [4, 0.02],
    [5.1, 0.02],
    [6, 0.05],
    [51, 0.2],
    [52, 0.5],
    [128, 1],
    [255, 1],
  ])('is the least round share of the range that holds all but single pixels: %d → %d', (largest, full) => {
    expect(fullErrorOf([most(Math.floor(largest))])).toBe(full);
  });

  it('is one for all predictions, and is not set by a single pixel', () => {
    expect(fullErrorOf([most(4), most(120)])).toBe(0.5);
    expect(fullErrorOf([pair([...new Array(199).fill(1), 255])])).toBe(0.02);
    expect(fullErrorOf([])).toBe(0.02);
    expect(fullErrorOf([pair([0, 0])])).toBe(0.02);
  });
});
