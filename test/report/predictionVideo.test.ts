import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/common/errors.js';
import { sideBySide } from '../../src/report/predictionVideo.js';
import type { Frame } from '../../src/video/frame.js';

function frameOf(width: number, height: number, channels: 1 | 3, data: number[]): Frame {
  return { data: Uint8Array.from(data), width, height, channels, time: 1.5, index: 7, source: 'a.mp4' };
}
const grey = frameOf(2, 2, 1, [10, 20, 30, 40]);
const colour = frameOf(2, 2, 3, [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7]);

function pixel({ data, width }: Frame, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

describe('sideBySide', () => {
  it('enlarges grey and colour frames without smoothing, under a band for captions', async () => {
    const panels = [
      { caption: '', frame: grey },
      { caption: '', frame: colour },
    ];
    const frame = await sideBySide(panels, { scale: 3, gap: 4 });
    expect([frame.width, frame.height, frame.channels]).toEqual([24, 38, 3]);
    expect(frame.data).toHaveLength(24 * 38 * 3);
    expect([frame.time, frame.index, frame.source]).toEqual([1.5, 7, 'a.mp4']);
    const band = 28;
    for (let y = 0; y < 6; y++) {
      for (let x = 0; x < 6; x++) {
        const at = Math.floor(y / 3) * 2 + Math.floor(x / 3);
        const level = grey.data[at]!;
        expect(pixel(frame, 4 + x, band + y)).toEqual([level, level, level]);
        expect(pixel(frame, 14 + x, band + y)).toEqual([...colour.data.subarray(at * 3, at * 3 + 3)]);
      }
    }
    expect(pixel(frame, 11, band)).toEqual(pixel(frame, 0, 0));
  });

  it('brings small frames to 192 pixels and leaves large ones, sizes even for video', async () => {
    const sized = async (width: number, height: number) => {
      const frame = frameOf(width, height, 1, new Array(width * height).fill(0));
      const made = await sideBySide([{ caption: 'truth', frame }], { gap: 0 });
      return [made.width, made.height];
    };
    expect(await sized(64, 64)).toEqual([192, 220]);
    expect(await sized(32, 48)).toEqual([192, 316]);
    expect(await sized(361, 289)).toEqual([362, 318]);
  });

  it('writes the caption, the same each time, and a different one for other words', async () => {
    const bandOf = async (caption: string) => {
      const made = await sideBySide([{ caption, frame: grey }]);
      return Buffer.from(made.data.subarray(0, made.width * 28 * 3));
    };
    const truth = await bandOf('truth');
    expect(truth.some((value) => value > 180)).toBe(true);
    expect(await bandOf('truth')).toEqual(truth);
    expect(await bandOf('<b>&"error')).not.toEqual(truth);
    expect((await bandOf('a caption that is far too long to fit above so small a panel')).length).toBe(
      truth.length,
    );
  });

  it('needs a panel', async () => {
    await expect(sideBySide([])).rejects.toThrow(UsageError);
  });
});
