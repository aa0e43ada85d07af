import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { required } from '../../src/common/required.js';
import {
  checkConfig,
  type FrameSource,
  RunFolder,
  type Split,
  trainRun,
  videoSource,
} from '../../src/index.js';
import { EmptyStretchError, type Frame, probeVideo, type SkipReport } from '../../src/video/index.js';
import { coded, codedVideo, ffmpegBuilds, numberOf, useBuild } from '../video/codedVideo.js';
import { allFrames, ffmpeg, temporaryFolder, truncate } from '../video/makeVideo.js';
import { kinds, x264 } from './containers.js';

const SPLITS = ['train', 'validation', 'test'] as const;
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
/** More cases, for a campaign: `FOREFRAME_SPLIT_CASES=500 npx vitest run test/training/splits.test.ts`. */
const CASES = Number(process.env.FOREFRAME_SPLIT_CASES ?? 12);

function configOf(data: object) {
  const model = { name: 'conv-lstm' };
  return checkConfig(
    { name: 'test', data: { ...coded, ...data }, model, training: { steps: 1, batch: 2 } },
    'test',
  );
}

async function read(source: FrameSource, split: Split): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of source.open(split, new AbortController().signal)) frames.push(frame);
  return frames;
}

/** What each split shows of videos, and what was told meanwhile. */
async function splitsOf(inputs: readonly string[], data: object = {}) {
  const told: SkipReport[] = [];
  const source = await videoSource(inputs, configOf(data).data, { onSkip: (report) => told.push(report) });
  const parts: Frame[][] = [];
  for (const split of SPLITS)
    parts.push(
      await read(source, split).catch((error) => {
        // Shorter than the distance of two moments at which images are sampled.
        if (error instanceof EmptyStretchError) return [];
        throw error;
      }),
    );
  return { source, parts, numbers: parts.map((frames) => frames.map(numberOf)), told };
}

/** The numbers from `from` on and before `to`. */
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const shown = (frames: readonly Frame[]) =>
  frames.map((frame) => [numberOf(frame), Math.round(frame.time * 1e5)]);

/** What makes times difficult. */
type Trouble = 'none' | 'late' | 'offset' | 'freeze' | 'cut' | 'twice';

interface Case {
  kind: string;
  frames: number;
  rate: number | string;
  group: number;
  trouble: Trouble;
  data: object;
}

const cases: fc.Arbitrary<Case> = fc.record({
  kind: fc.constantFrom(...Object.keys(kinds)),
  frames: fc.integer({ min: 40, max: 110 }),
  rate: fc.constantFrom(25, '30000/1001'),
  group: fc.constantFrom(1, 7, 12, 15),
  trouble: fc.constantFrom<Trouble>('none', 'none', 'late', 'offset', 'freeze', 'cut', 'twice'),
  data: fc.constantFrom<object>(
    {},
    {},
    { rate: 5 },
    { rate: 50 },
    { start: 0.37 },
    { start: 0.5, duration: 0.9 },
    { split: { train: 0.5, validation: 0.25 } },
  ),
});

/** Not every container can hold every trouble. */
const holds: Record<Trouble, RegExp> = {
  none: /./,
  late: /^(mp4|mov|mkv$|ts|flv|program)/,
  offset: /^(mp4|mov|mkv|ts|flv|program|webm)/,
  freeze: /^(mp4|mkv|flv|webm|gif|nut)/,
  cut: /^(mkv|ts|flv|webm|program)/,
  twice: /^(ts|program)/,
};

function make({ kind, frames, rate, group, trouble }: Case): string {
  const { ending, codec, pipe } = required(kinds, kind);
  const path = at(`case.${ending}`);
  const late = trouble === 'late';
  const sound = ['-f', 'lavfi', '-i', 'sine=d=3', '-map', '0:v', '-map', '1:a'];
  const stood = ['-vf', "select='not(between(n,20,35))'", '-vsync', 'vfr'];
  const after = [
    ...(late ? sound : []),
    ...(trouble === 'freeze' ? stood : []),
    ...(kind === 'gif' ? [] : ['-g', `${group}`]),
    ...codec,
    ...(trouble === 'offset' ? ['-output_ts_offset', '100'] : []),
    ...(pipe ? ['-f', pipe, 'pipe:1'] : [path]),
  ];
  const out = codedVideo({ frames, rate, before: late ? ['-itsoffset', '0.7'] : [], after });
  if (pipe) writeFileSync(path, out);
  if (trouble === 'cut') truncate(path, path, 0.6);
  if (trouble === 'twice') writeFileSync(path, Buffer.concat([readFileSync(path), readFileSync(path)]));
  return path;
}

describe.each(ffmpegBuilds())('splits by time, with $name', (build) => {
  useBuild(build);

  it('are disjoint, in order, and together all that decodes, whatever the container', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (each) => {
        fc.pre(holds[each.trouble].test(each.kind));
        const path = make(each);
        const { start = 0, duration = Number.POSITIVE_INFINITY, rate } = each.data as Record<string, number>;
        const whole = await allFrames(path, { ...coded, rate }).catch(() => []);
        fc.pre(whole.length > 20 || (rate !== undefined && whole.length > 5));
        const within = whole.filter(
          ({ time }) => (start === 0 || time >= start - 5e-7) && time < start + duration - 5e-7,
        );
        const { parts, numbers } = await splitsOf([path], { steps: 1, ...each.data });
        expect(shown(parts.flat())).toEqual(shown(within));
        // The same video twice in one file shows the same numbers again.
        if (each.trouble === 'twice') return;
        const homes = numbers.map((each) => new Set(each));
        expect(homes[0]!.size + homes[1]!.size + homes[2]!.size).toBe(new Set(numbers.flat()).size);
      }),
      { numRuns: CASES, seed: 21 },
    );
  });

  it('count from the first image, however late it comes, and whatever the clock says', async () => {
    const sound = ['-f', 'lavfi', '-i', 'sine=d=8', '-map', '0:v', '-map', '1:a'];
    codedVideo({
      frames: 100,
      rate: 25,
      before: ['-itsoffset', '5'],
      after: [...sound, ...x264, at('late.mp4')],
    });
    codedVideo({
      frames: 100,
      rate: 25,
      before: ['-itsoffset', '5'],
      after: [...sound, ...x264, at('late.ts')],
    });
    codedVideo({ frames: 100, rate: 25, after: [...x264, '-output_ts_offset', '100', at('clock.mkv')] });
    codedVideo({ frames: 100, rate: 25, after: [...x264, at('plain.ts')] });
    for (const name of ['late.mp4', 'late.ts', 'clock.mkv', 'plain.ts']) {
      const { source, numbers } = await splitsOf([at(name)]);
      expect(source.description).toContain('(4 s)');
      expect(numbers).toEqual([range(0, 80), range(80, 90), range(90, 100)]);
    }
  });

  it('give each its share where a recording stood still', async () => {
    const still = ['-vf', "select='not(between(n,90,107))'", '-vsync', 'vfr'];
    codedVideo({ frames: 120, rate: 10, after: [...still, ...x264, at('still.mp4')] });
    const { parts, numbers } = await splitsOf([at('still.mp4')]);
    expect(numbers.flat()).toEqual([...range(0, 90), ...range(108, 120)]);
    expect(parts.map(({ length }) => length)).toEqual([82, 10, 10]);
    // Held to the next image, the last one before the pause would be shown on both sides of a border within it.
    const sampled = await splitsOf([at('still.mp4')], { rate: 20, split: { train: 0.82, validation: 0.1 } });
    const [train, validation] = sampled.numbers.map((each) => new Set(each));
    expect([...train!].filter((number) => validation!.has(number))).toEqual([]);
  });

  it('take pieces of one recording for one', async () => {
    mkdirSync(at('pieces'), { recursive: true });
    codedVideo({ frames: 150, rate: 25, after: [...x264, '-g', '25', at('long.mp4')] });
    ffmpeg('-i', at('long.mp4'), '-c', 'copy', '-f', 'segment', '-segment_time', '2', at('pieces/p%d.ts'));
    const { source, numbers, told } = await splitsOf([at('pieces')]);
    expect(source.description).toContain('3 videos (6 s), pieces of one recording');
    expect(numbers).toEqual([range(0, 120), range(120, 135), range(135, 150)]);
    expect(told).toEqual([]);
  });

  it('take a jump into an open group for no damage', async () => {
    const open = ['-bf', '3', '-x264-params', 'keyint=12:open-gop=1:b-adapt=0'];
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=128x96:r=25:d=4.8',
      '-c:v',
      'libx264',
      '-pix_fmt',
      'yuv420p',
      ...open,
      at('open.mkv'),
    );
    const whole = await allFrames(at('open.mkv'), coded);
    for (const start of [1.7, 2, 2.3, 2.6, 3, 3.3, 3.6, 3.84, 4, 4.3]) {
      const frames = await allFrames(at('open.mkv'), { ...coded, start, onCorrupt: 'fail' });
      const expected = whole.slice(Math.ceil(start * 25 - 1e-6));
      expect(frames.map(({ time }) => time)).toEqual(expected.map(({ time }) => time));
      expect(frames.every(({ data }, i) => Buffer.compare(data, expected[i]!.data) === 0)).toBe(true);
    }
  });

  it('count what was lost before the first key image, once', async () => {
    codedVideo({ frames: 150, rate: 25, after: [...x264, '-g', '50', '-sc_threshold', '0', at('group.ts')] });
    const bytes = readFileSync(at('group.ts'));
    writeFileSync(at('middle.ts'), bytes.subarray(188 * Math.floor((bytes.length / 188) * 0.06)));
    const whole = await allFrames(at('middle.ts'), coded);
    expect(numberOf(whole[0]!)).toBe(50);
    const { source, numbers, told } = await splitsOf([at('middle.ts')], { steps: 1 });
    expect(numbers.flat()).toEqual(range(50, 150));
    const counted = SPLITS.reduce((sum, split) => sum + (source.frames?.[split] ?? 0), 0);
    expect(told).toEqual([expect.objectContaining({ source: at('middle.ts'), count: counted - 100 })]);
    expect(told[0]!.count).toBeGreaterThan(20);
  });

  it('say how many images they hold: neither those that an edit list hides nor those without a time mislead', async () => {
    const sound = ['-f', 'lavfi', '-i', 'sine=d=5', '-map', '0:v', '-map', '1:a'];
    codedVideo({ frames: 120, rate: 25, after: [...sound, ...x264, '-g', '50', at('long.mp4')] });
    ffmpeg('-ss', '1.3', '-i', at('long.mp4'), '-c', 'copy', at('edited.mp4'));
    const mpeg2 = ['-c:v', 'mpeg2video', '-q:v', '1', '-bf', '2', at('untimed.mpg')];
    codedVideo({ frames: 120, rate: 25, after: mpeg2 });
    for (const name of ['edited.mp4', 'untimed.mpg']) {
      const { source, parts } = await splitsOf([at(name)], { steps: 1 });
      const whole = await allFrames(at(name), coded);
      expect(shown(parts.flat())).toEqual(shown(whole));
      SPLITS.forEach((split, i) => {
        expect(Math.abs((source.frames?.[split] ?? 0) - parts[i]!.length)).toBeLessThan(2);
      });
      expect(Math.abs(parts[0]!.length - 0.8 * whole.length)).toBeLessThan(2);
    }
    const { frameCount } = await probeVideo(at('edited.mp4'));
    expect(Math.abs(frameCount - (await allFrames(at('edited.mp4'), coded)).length)).toBeLessThan(2);
  });

  it('do not believe what an AVI states whose recorder never came back to its header', async () => {
    const codec = ['-c:v', 'mpeg4', '-q:v', '1', '-f', 'avi', 'pipe:1'];
    writeFileSync(at('piped.avi'), codedVideo({ frames: 60, rate: 25, after: codec }));
    expect(await probeVideo(at('piped.avi'))).toMatchObject({ frameCount: 0, duration: 0 });
    expect(await probeVideo(at('piped.avi'), { findDuration: true })).toMatchObject({ frameCount: 60 });
    const { source, numbers, told } = await splitsOf([at('piped.avi')], { steps: 1 });
    expect(source.description).toContain('(2 s)');
    expect(numbers).toEqual([range(0, 48), range(48, 54), range(54, 60)]);
    expect(told).toEqual([]);
  });

  it('cover what is there of a file that was cut, which is told once', async () => {
    codedVideo({
      frames: 200,
      rate: 25,
      after: [...x264, '-g', '10', '-movflags', '+faststart', at('all.mp4')],
    });
    truncate(at('all.mp4'), at('cut.mp4'), 0.6);
    const whole = await allFrames(at('cut.mp4'), coded);
    const { parts, told } = await splitsOf([at('cut.mp4')], { steps: 1 });
    expect(shown(parts.flat())).toEqual(shown(whole));
    for (const part of parts) expect(part.length).toBeGreaterThan(1);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ source: at('cut.mp4'), message: expect.stringContaining('cut short') });
    expect(Math.abs(told[0]!.count - (200 - whole.length))).toBeLessThan(4);
    await expect(splitsOf([at('cut.mp4')], { onCorrupt: 'fail' })).rejects.toThrow(
      /cut\.mp4 is damaged: .*skip/,
    );
  });
});

describe('a folder of short clips', () => {
  beforeAll(() => {
    mkdirSync(at('short'));
    codedVideo({ frames: 75, rate: 25, after: [...x264, at('short/0.mp4')] });
    for (const i of range(1, 4)) copyFileSync(at('short/0.mp4'), at(`short/${i}.mp4`));
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  it('is split by file where nothing else is said, as parts of its files hold no clip', async () => {
    const { source, parts } = await splitsOf([at('short')]);
    expect(source.description).toContain('split by file 2 + 1 + 1');
    expect(source.splitBy).toBe('file');
    expect(parts.map(({ length }) => length)).toEqual([150, 75, 75]);
    const shorter = await videoSource([at('short')], configOf({ steps: 5 }).data);
    expect(shorter.splitBy).toBe('time');
  });

  it.each([
    ['by time, as was asked for', ['short'], { by: 'time' }],
    ['one file alone', ['short/0.mp4'], {}],
  ])('is refused before anything is trained: %s', async (_, names, split) => {
    const config = configOf({ split, videos: names.map(at) });
    const source = await videoSource(names.map(at), config.data);
    const training = trainRun({ config, source, folder: at('refused') });
    await expect(training).rejects.toThrow(
      /the validation part of no video holds a clip of 11 frames: name .*data\.split\.by=file, or lower data\.steps/,
    );
    await expect(RunFolder.open(at('refused'))).rejects.toThrow(/there is no run folder/);
  });
});
