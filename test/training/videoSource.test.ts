import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/common/errors.js';
import type { FrameSource, Split } from '../../src/stream/frameSource.js';
import { checkConfig } from '../../src/training/loadConfig.js';
import { stillSource } from '../../src/training/stillSource.js';
import { videoSource } from '../../src/training/videoSource.js';
import type { Frame } from '../../src/video/frame.js';
import { writeVideo } from '../../src/video/index.js';

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

/** Ten frames of one shade. */
function shade(value: number): Frame[] {
  return Array.from({ length: 10 }, (_, index) => ({
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
