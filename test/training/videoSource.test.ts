import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ForeframeError, InterruptedError, UsageError } from '../../src/common/errors.js';
import { checkConfig } from '../../src/config/loadConfig.js';
import { stillSource } from '../../src/data/stillSource.js';
import { videoSource } from '../../src/data/videoSource.js';
import type { FrameSource, Split } from '../../src/stream/frameSource.js';
import type { Frame } from '../../src/video/frame.js';
import { findFfmpeg, findFfprobe, framePng, probeVideo, writeVideo } from '../../src/video/index.js';
import { ffmpeg, testVideo } from '../video/makeVideo.js';

const SPLITS = ['train', 'validation', 'test'] as const;
const FILES = 4;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'foreframe-split-'));
  mkdirSync(join(folder, 'videos'));
  for (let file = 0; file < FILES; file++)
    await writeVideo(join(folder, 'videos', `${file}.mp4`), shade(60 * file), {
      rate: 10,
      quality: 'lossless',
    });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Ten frames of one shade, or another number. */
function shade(value: number, length = 10): Frame[] {
  return Array.from({ length }, (_, index) => ({
    data: new Uint8Array(16 * 16).fill(value),
    width: 16,
    height: 16,
    channels: 1,
    time: index / 10,
    index,
    source: 'made',
  }));
}

function dataConfig(split: object, more: object = {}) {
  const data = { width: 16, height: 16, split, ...more };
  return checkConfig({ name: 'test', data, model: { name: 'pgn' } }, 'test').data;
}

async function read(source: FrameSource, split: Split): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of source.open(split, new AbortController().signal)) frames.push(frame);
  return frames;
}

/** The shades that each split shows. */
async function shades(source: FrameSource): Promise<Record<Split, number[]>> {
  const seen: Record<Split, number[]> = { train: [], validation: [], test: [] };
  for (const split of SPLITS)
    seen[split] = [...new Set((await read(source, split)).map(({ data }) => Math.round(data[100]! / 60)))];
  return seen;
}

describe('own videos split by file', () => {
  it('give whole files to one split each, as the seed decides', async () => {
    const data = dataConfig({ by: 'file', train: 0.5, validation: 0.25 });
    const source = await videoSource([join(folder, 'videos')], data, { seed: 1 });
    expect(source.description).toContain('split by file 2 + 1 + 1');
    const first = await shades(source);
    expect(SPLITS.map((split) => first[split].length)).toEqual([2, 1, 1]);
    expect(SPLITS.flatMap((split) => first[split]).sort()).toEqual([0, 1, 2, 3]);
    expect(await read(source, 'train')).toHaveLength(20);

    const names = [3, 1, 0, 2].map((file) => join(folder, 'videos', `${file}.mp4`));
    expect(await shades(await videoSource(names, data, { seed: 1 }))).toEqual(first);
    expect(await shades(await videoSource(names, data, { seed: 2 }))).not.toEqual(first);
  });

  it('never share a file, under whatever names it comes', async () => {
    symlinkSync(join(folder, 'videos', '0.mp4'), join(folder, 'again.mp4'));
    const inputs = [join(folder, 'again.mp4'), join(folder, 'videos'), join(folder, 'videos', '*.mp4')];
    const seen = await shades(await videoSource(inputs, dataConfig({ by: 'file' })));
    expect(SPLITS.flatMap((split) => seen[split]).sort()).toEqual([0, 1, 2, 3]);
  });

  it('keep to a stretch of each file when one is asked for', async () => {
    const data = dataConfig({ by: 'file' }, { start: 0.2, duration: 0.5 });
    const frames = await read(await videoSource([join(folder, 'videos')], data), 'test');
    expect(frames).toHaveLength(5);
  });

  it.each<[string, string[], RegExp]>([
    [
      'too few files',
      ['0.mp4', '1.mp4'],
      /at least 3 files, not 2: name more videos, or set data.split.by=time/,
    ],
    ['the same file thrice', ['0.mp4', '0.mp4', '0.mp4'], /not 1/],
  ])('are refused with %s', async (_, files, message) => {
    const inputs = files.map((file) => join(folder, 'videos', file));
    const opening = videoSource(inputs, dataConfig({ by: 'file' }));
    await expect(opening).rejects.toThrow(UsageError);
    await expect(opening).rejects.toThrow(message);
  });

  it('are refused with a live input', async () => {
    const opening = videoSource(['lavfi:testsrc=size=16x16'], dataConfig({ by: 'file' }));
    await expect(opening).rejects.toThrow('data.split.by: file needs files');
  });

  it('are split by time when nothing else is said', async () => {
    const seen = await shades(await videoSource([join(folder, 'videos')], dataConfig({})));
    for (const split of SPLITS) expect(seen[split].sort()).toEqual([0, 1, 2, 3]);
  });
});

describe('a video too short for its share', () => {
  const counts = async (source: FrameSource) =>
    Promise.all(SPLITS.map(async (split) => (await read(source, split)).length));

  it('is passed over where others give frames', async () => {
    mkdirSync(join(folder, 'short'));
    const at = (name: string) => join(folder, 'short', name);
    await writeVideo(at('long.mp4'), shade(60, 50), { rate: 10 });
    await writeVideo(at('few.mp4'), shade(120, 4), { rate: 10 });
    mkdirSync(at('images'));
    for (const frame of shade(180, 4)) writeFileSync(at(`images/${frame.index}.png`), await framePng(frame));
    const names = ['few.mp4', 'images', 'long.mp4'].map(at);
    const [train, ...others] = await counts(await videoSource(names, dataConfig({})));
    expect(train).toBeGreaterThan(40);
    // Tenths of four frames, the last of which is shown at 0.3 s or 0.12 s, hold none.
    expect(others).toEqual([5, 5]);
  });

  it('is an error where none does', async () => {
    const source = await videoSource([join(folder, 'short', 'few.mp4')], dataConfig({}));
    expect(await read(source, 'train')).not.toEqual([]);
    await expect(read(source, 'validation')).rejects.toThrow(
      /few\.mp4 has no image from 0\.32 s to 0\.36 s: choose a longer stretch, or a longer video/,
    );
    const images = await videoSource([join(folder, 'short', 'images')], dataConfig({}));
    await expect(read(images, 'validation')).rejects.toThrow(/has no image from/);
  });
});

describe('a video that does not tell its length', () => {
  const at = (name: string) => join(folder, name);

  it('is split by what its packets tell, as a recorded WebM', async () => {
    // A pipe cannot be gone back in to write the length.
    const args = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=64x48:r=25:d=4', '-c:v', 'libvpx'];
    writeFileSync(at('stream.webm'), execFileSync(findFfmpeg().path, [...args, '-f', 'webm', 'pipe:1']));
    expect((await probeVideo(at('stream.webm'))).duration).toBe(0);
    expect(await probeVideo(at('stream.webm'), { findDuration: true })).toMatchObject({
      duration: 4,
      frameCount: 100,
    });
    const source = await videoSource([at('stream.webm')], dataConfig({}));
    expect(source.description).toContain('(4 s)');
    const frames = await Promise.all(SPLITS.map((split) => read(source, split)));
    expect(frames.map(({ length }) => length)).toEqual([80, 10, 10]);
    expect(frames[2]![0]!.time).toBeCloseTo(3.6, 2);
  });

  it('is refused in one line without any times, but read as a whole', async () => {
    testVideo(at('bare.h264'), 'testsrc=s=64x48:r=25:d=4', '-c:v', 'libx264');
    const opening = videoSource([at('bare.h264')], dataConfig({}));
    await expect(opening).rejects.toThrow(ForeframeError);
    const { message } = (await opening.catch((error) => error)) as Error;
    // What it advises is done to the letter: copied without times, frames would be lost and out of order.
    const [, ...advised] = /`ffmpeg (-i (?:.*) bare\.mp4)`/.exec(message)![1]!.split(' ');
    ffmpeg('-i', advised[0]!, ...advised.slice(1, -1), at('bare.mp4'));
    const bare = await videoSource([at('bare.mp4')], dataConfig({}));
    const remedied = (await Promise.all(SPLITS.map((split) => read(bare, split)))).flat();
    expect(remedied.map(({ time }) => Math.round(time * 25))).toEqual(remedied.map((_, i) => i));
    expect(remedied).toHaveLength(100);

    const names = [at('bare.h264'), ...['0.mp4', '1.mp4'].map((name) => join(folder, 'videos', name))];
    const source = await videoSource(names, dataConfig({ by: 'file' }));
    const all = await Promise.all(SPLITS.map((split) => read(source, split)));
    expect(all.map((frames) => frames.length).sort()).toEqual([10, 10, 100].sort());
  });
});

describe.runIf(process.platform !== 'win32')('many videos', () => {
  it('are looked at a few at a time, and not at all after an abort', async () => {
    const log = join(folder, 'ffprobe.log');
    const program = join(folder, 'ffprobe');
    const real = findFfprobe().path;
    writeFileSync(
      program,
      `#!/bin/sh\necho + >> '${log}'\n'${real}' "$@"\ncode=$?\necho - >> '${log}'\nexit $code\n`,
      { mode: 0o755 },
    );
    vi.stubEnv('FFPROBE_PATH', program);
    try {
      const names = Array<string>(24).fill(join(folder, 'videos', '0.mp4'));
      await videoSource(names, dataConfig({}));
      const marks = readFileSync(log, 'utf8').trim().split('\n');
      let [running, most] = [0, 0];
      for (const mark of marks) {
        running += mark === '+' ? 1 : -1;
        most = Math.max(most, running);
      }
      expect(marks).toHaveLength(48);
      expect(most).toBeLessThanOrEqual(8);

      const aborted = videoSource(names, dataConfig({}), { signal: AbortSignal.abort() });
      await expect(aborted).rejects.toThrow(InterruptedError);
      expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(48);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('a source without motion', () => {
  /** Frames of one pixel: `lengths[i]` of source i, whose value tells source and place. */
  function numbers(lengths: readonly number[]): FrameSource {
    return {
      description: 'numbers',
      open: async function* () {
        for (const [file, length] of lengths.entries()) {
          for (let index = 0; index < length; index++) {
            const data = Uint8Array.of(file * 32 + index);
            yield { data, width: 1, height: 1, channels: 1, time: index, index, source: `${file}` };
          }
        }
      },
    };
  }

  it('shows one frame of every stretch, and changes nothing else', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        lengths,
        fc.option(fc.integer({ min: 1, max: 9 })),
        fc.nat(),
        async (each, length, seed) => {
          const source = numbers(each);
          const still = stillSource(source, { length: length ?? undefined, seed });
          const [before, after] = [await read(source, 'train'), await read(still, 'train')];
          expect(await read(still, 'train')).toEqual(after);
          expect(after.map(({ data, ...rest }) => rest)).toEqual(before.map(({ data, ...rest }) => rest));
          for (const frame of after) {
            const [file, shown] = [Math.floor(frame.data[0]! / 32), frame.data[0]! % 32];
            expect(`${file}`).toBe(frame.source);
            const stretch = (t: number) => Math.floor(t / (length ?? 100));
            expect(stretch(shown)).toBe(stretch(frame.index));
            const same = after.find(
              (other) => other.source === frame.source && stretch(other.index) === stretch(frame.index),
            );
            expect(frame.data).toBe(same!.data);
          }
        },
      ),
    );
  });

  it('leaves the test split moving', async () => {
    const source = numbers([5, 3]);
    expect(await read(stillSource(source, { seed: 1 }), 'test')).toEqual(await read(source, 'test'));
  });

  it('chooses every frame of a stretch about as often', async () => {
    const counts = [0, 0, 0, 0];
    for (let seed = 0; seed < 400; seed++) {
      const [frame] = await read(stillSource(numbers([4]), { seed }), 'validation');
      counts[frame!.data[0]!]!++;
    }
    for (const count of counts) expect(count).toBeGreaterThan(60);
  });
});
