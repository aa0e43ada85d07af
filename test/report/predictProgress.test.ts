import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { drawnWork } from '../../src/cli/terminal/drawnWork.js';
import { expectedFrames } from '../../src/data/framesIn.js';
import { countFrames } from '../../src/library/predicting/countFrames.js';
import type { VideoInfo, VideoSource } from '../../src/video/index.js';

let lines: string[];
beforeEach(() => {
  lines = [];
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.spyOn(console, 'error').mockImplementation((line: string) => lines.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Predict `done` frames, one in every second, of a video that states `stated`, and `horizon` past its end. */
const predicted = (stated: number, horizon: number, done: number) =>
  drawnWork(async (watching) => {
    const frame = countFrames(stated, horizon, watching);
    for (let i = 0; i < done; i++) {
      vi.advanceTimersByTime(1000);
      frame();
    }
  });

describe('progress of a prediction', () => {
  it('says how much is done of how much, past the end included, and how long it takes', async () => {
    // 91 frames give 90 predictions, and ten past the end.
    await predicted(91, 10, 101);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('predicting 11 % | 1m29s left | 11 of 100 frames');
    expect(lines[4]).toBe('predicting 51 % | 49s left | 51 of 100 frames');
    expect(lines[9]).toBe('predicting 100 % | 0s left | 101 frames, more than the 100 that the file states');
  });

  it('does not hide that a file holds more frames than it states', async () => {
    await predicted(11, 0, 31);
    expect(lines.at(-1)).toContain('31 frames, more than the 10 that the file states');
  });

  it('claims no share of what nobody knows the length of', async () => {
    await predicted(0, 10, 31);
    expect(lines).toEqual(
      [11, 21, 31].map((n) => `predicting | ${n} frames, the length of the video is not known`),
    );
  });
});

describe('the frames that a video is expected to give', () => {
  const file: VideoSource = { kind: 'file', name: 'a.mp4', path: 'a.mp4' };
  const info = { duration: 10, frameRate: 25, frameCount: 249 } as VideoInfo;

  it.each<[string, VideoSource, VideoInfo | undefined, number | undefined, number | undefined]>([
    ['are those of the file', file, info, undefined, 249],
    ['follow the rate at which they are sampled', file, info, 5, 50],
    ['of a file without a length are unknown', file, { ...info, duration: 0, frameCount: 0 }, 5, undefined],
    ['of a camera are unknown', { kind: 'input', name: 'c', address: 'c' }, undefined, 5, undefined],
  ])('%s', (_, source, known, rate, expected) => {
    expect(expectedFrames(source, known, rate)).toBe(expected);
  });

  it('are those of a part, however its times are rounded', () => {
    expect(expectedFrames(file, info, 10, { from: 1.1, to: 3.4 })).toBe(23);
    expect(expectedFrames(file, info, undefined, { from: 5 })).toBe(124);
  });
});
