import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/common/errors.js';
import { type Panel, type PanelOptions, panelGrid } from '../../src/report/frames/panels.js';
import { type Moment, predictionPanels, timeStamp } from '../../src/report/frames/predictionPanels.js';
import { predictionVideo } from '../../src/report/frames/predictionVideo.js';
import type { Frame } from '../../src/video/frame.js';
import { expectPicture } from '../pictureSnapshot.js';
import { framePixels, squareFrame } from './drawings.js';

/** Letters depend on the machine's fonts. */
const LETTERS = { each: 40, share: 0.03 };
const sideBySide = (panels: readonly Panel[], options?: PanelOptions) => panelGrid([panels], options);

function frameOf(width: number, height: number, channels: 1 | 3, data: number[]): Frame {
  return { data: Uint8Array.from(data), width, height, channels, time: 1.5, index: 7, source: 'a.mp4' };
}
const grey = frameOf(2, 2, 1, [10, 20, 30, 40]);
const colour = frameOf(2, 2, 3, [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7]);

function pixel({ data, width }: Frame, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

describe('panelGrid', () => {
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
    await expect(sideBySide([{ caption: '', words: { lines: ['none'] } }])).rejects.toThrow(UsageError);
  });
});

const moment: Moment = {
  time: 12.48,
  ahead: 1,
  prediction: squareFrame(6),
  copyLast: squareFrame(4),
  truth: squareFrame(5),
};
const past: Moment = { ...moment, time: 13.2, ahead: 5, truth: undefined };

describe('the panels of a moment', () => {
  it('look as accepted: truth, prediction and copy-last above the time, the scale and both errors', async () => {
    await expectPicture(await framePixels(await predictionPanels(moment, 0.5)), 'moment', LETTERS);
    const colour = {
      ...moment,
      ahead: 3,
      prediction: squareFrame(7, 3),
      copyLast: squareFrame(2, 3),
      truth: squareFrame(5, 3),
    };
    const narrow = await predictionPanels(colour, 1, { side: 150 });
    await expectPicture(await framePixels(narrow), 'moment-colour', LETTERS);
  });

  it('past the end look as accepted: no truth, and no error that could be read as none', async () => {
    const frame = await predictionPanels(past, 0.5);
    await expectPicture(await framePixels(frame), 'moment-past-end', LETTERS);
    // Where the errors stand nothing is black, as an error of zero is.
    const black = await predictionPanels(
      { ...moment, prediction: moment.truth!, copyLast: moment.truth! },
      0.5,
    );
    const panel = (of: Frame, column: number) => {
      const [left, top] = [8 + column * 200, 28 + 192 + 8 + 28];
      return Array.from({ length: 192 * 192 }, (_, i) =>
        pixel(of, left + (i % 192), top + Math.floor(i / 192)),
      );
    };
    for (const column of [1, 2]) {
      expect(panel(black, column).every((rgb) => Math.max(...rgb) < 12)).toBe(true);
      expect(panel(frame, column).some((rgb) => Math.max(...rgb) < 30)).toBe(false);
    }
  });

  it('are the same each time: nothing is written onto what is remembered', async () => {
    const draw = async (each: Moment) => Buffer.from((await predictionPanels(each, 0.5)).data);
    const first = await draw(past);
    expect(await draw({ ...past, ahead: 9 })).not.toEqual(first);
    expect(Buffer.compare(await draw(past), first)).toBe(0);
  });

  it('say the time', () => {
    expect([0, 12.482, 59.999, 75.5, 3601.25].map(timeStamp)).toEqual([
      '0.00 s',
      '12.48 s',
      '1:00.00',
      '1:15.50',
      '60:01.25',
    ]);
  });
});

describe('a prediction video', () => {
  async function* moments(count: number): AsyncGenerator<Moment> {
    for (let i = 0; i < count; i++) yield i < count - 2 ? moment : { ...past, ahead: i - count + 3 };
  }
  const drawn = async (count: number) => {
    const frames: Frame[] = [];
    let called = 0;
    for await (const frame of predictionVideo(moments(count), () => called++)) frames.push(frame);
    expect(called).toBe(frames.length);
    return frames;
  };

  it.each([0, 1, 2, 3, 24, 25, 60])('has a frame for each of %d moments, all of one size', async (count) => {
    const frames = await drawn(count);
    expect(frames).toHaveLength(count);
    expect(new Set(frames.map(({ width, height }) => `${width} ${height}`)).size).toBe(count > 0 ? 1 : 0);
  });

  it('draws every frame on the scale that its first errors ask for', async () => {
    const faint = { ...squareFrame(5), data: squareFrame(5).data.map((value) => value + 4) };
    async function* quiet(): AsyncGenerator<Moment> {
      for (let i = 0; i < 30; i++) yield { ...moment, prediction: faint, copyLast: faint };
    }
    for await (const frame of predictionVideo(quiet()))
      expect(pixel(frame, 300, 300)).toEqual(
        pixel(await predictionPanels({ ...moment, prediction: faint, copyLast: faint }, 0.02), 300, 300),
      );
  });
});
