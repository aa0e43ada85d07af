import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { courseOf } from '../../bench/live/course.js';
import { plantedCamera, TAG } from '../../bench/live/plantedCamera.js';
import { temporaryFolder, testVideo } from '../video/makeVideo.js';

it('makes a camera of a video that jumps a quarter of it away, and writes into each frame which scene it is of', async () => {
  const folder = temporaryFolder();
  const video = testVideo(join(folder, 'own.mp4'), 'testsrc=s=160x120:r=25:d=4');
  const path = join(folder, 'camera.y4m');
  const { scenes, seconds } = await plantedCamera(video, path, 20, 1);
  const bytes = readFileSync(path);
  const header = bytes.indexOf('\n') + 1;
  expect(bytes.subarray(0, header).toString()).toBe('YUV4MPEG2 W160 H120 F25:1 Ip A1:1 C420jpeg\n');
  const size = 'FRAME\n'.length + 160 * 120 * 1.5;
  expect(seconds).toBeGreaterThanOrEqual(20);
  expect((bytes.length - header) / size).toBe(seconds * 25);
  const frames = Array.from({ length: seconds * 25 }, (_, at) =>
    bytes.subarray(header + at * size + 'FRAME\n'.length, header + at * size + 'FRAME\n'.length + 160 * 120),
  );
  const sceneOf = (frame: Uint8Array) =>
    Array.from({ length: TAG.bits }, (_, bit) => (frame[bit * TAG.side + 3]! > 127 ? 1 << bit : 0)).reduce(
      (sum, bit) => sum + bit,
    );
  const found = frames.map(sceneOf);
  expect(found).toEqual(found.toSorted((a, b) => a - b));
  expect([found[0], found.at(-1)! + 1]).toEqual([0, scenes]);
  expect(scenes).toBeGreaterThan(2);
  // Three quarters of four seconds are shown before the first cut, and fewer are never shown.
  expect(found.indexOf(1)).toBe(3 * 25);
  for (let scene = 0; scene < scenes; scene++)
    expect(found.filter((each) => each === scene)).toHaveLength(3 * 25);
  const change = (at: number) =>
    frames[at]!.subarray(TAG.side * 160).reduce(
      (sum, value, pixel) => sum + Math.abs(value - frames[at - 1]![TAG.side * 160 + pixel]!),
      0,
    );
  expect(change(40)).toBeLessThan(change(3 * 25) / 2);
});

it('tells marked cuts from other events, and leaves cuts out of what was learned', () => {
  // Ten frames a second for a minute; a cut at 20 and at 40 s, of which one is marked, and an event without a cut at 50 s.
  const cuts = [20_000, 40_000];
  const seen = Array.from({ length: 600 }, (_, at) => {
    const time = at * 100;
    const began = time === 20_300 || time === 50_000 ? 1 : 0;
    const error = cuts.includes(time) ? 1 : time < 40_000 ? 0.02 : 0.01;
    return [time, error, cuts.includes(time) ? 1 : 0.04, began] as const;
  });
  const scenes = [[0, 0], ...cuts.map((time, at) => [time, at + 1])] as [number, number][];
  const course = courseOf({ seen, scenes, intervals: [] }, 60);
  expect(course).toMatchObject({ seconds: 60, cuts: 2, marked: 1, falseEvents: 1 });
  expect(course.ratios.map((ratio) => Number(ratio.toFixed(6)))).toEqual([0.5, 0.5, 0.25]);
});
