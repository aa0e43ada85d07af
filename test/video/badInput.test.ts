import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { findFfmpeg, findFfprobe, findSources, probeVideo, type SkipReport } from '../../src/video/index.js';
import { allFrames, damage, ffmpeg, temporaryFolder, testVideo, truncate } from './makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const small = { width: 32, height: 24, color: 'grey' } as const;

beforeAll(() => {
  testVideo(at('whole.mp4'), 'testsrc=s=320x240:r=25:d=4', '-c:v', 'libx264', '-movflags', '+faststart');
  testVideo(at('indexAtEnd.mp4'), 'testsrc=s=320x240:r=25:d=1', '-c:v', 'libx264');
  testVideo(at('whole.mkv'), 'testsrc=s=320x240:r=25:d=4', '-c:v', 'libx264');
  testVideo(at('whole.avi'), 'testsrc=s=320x240:r=25:d=4', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p');
  ffmpeg('-f', 'lavfi', '-i', 'sine=d=1', '-c:a', 'aac', at('sound.m4a'));
  writeFileSync(at('empty.mp4'), '');
  writeFileSync(at('text.mp4'), 'this is no video at all\n'.repeat(50));
  truncate(at('indexAtEnd.mp4'), at('noIndex.mp4'), 0.5);
  mkdirSync(at('nothing'));
  mkdirSync(at('directory.mp4'));
  writeFileSync(at('nothing/readme.txt'), 'hello');
});

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(ForeframeError);
  expect(error.message).not.toContain('\n');
  return error.message;
}

describe('one clear line that names the file and says what to do', () => {
  const cases: [string, RegExp][] = [
    ['missing.mp4', /no file.*missing\.mp4.*check the name/],
    ['empty.mp4', /empty\.mp4 is empty: copy or download it again/],
    ['text.mp4', /cannot read .*text\.mp4: it is not a video/],
    [
      'noIndex.mp4',
      /cannot read .*noIndex\.mp4: the file is incomplete, its index is missing: copy, download/,
    ],
    ['sound.m4a', /sound\.m4a holds sound but no images: give a file/],
    ['nothing', /the folder .*nothing holds no video and no images: give/],
    ['directory.mp4', /the folder .*directory\.mp4 holds no video/],
    ['*.webm', /no video or image matches .*\*\.webm: check the pattern/],
    ['img_%03d.png', /no image matches .*img_%03d\.png/],
  ];
  test.each(cases)('%s', async (name, message) => {
    expect(await refusal(probeVideo(at(name)))).toMatch(message);
    expect(await refusal(allFrames(at(name), small))).toMatch(message);
  });

  test('a device that does not exist', async () => {
    expect(await refusal(allFrames('nosuchformat:thing', small))).toMatch(
      /cannot read nosuchformat:thing: .*nosuchformat/,
    );
    expect(await refusal(allFrames('lavfi:nosuchfilter', small))).toMatch(
      /cannot read lavfi:nosuchfilter: .*nosuchfilter/,
    );
  });

  test('a directory that stands in a list of files', async () => {
    const source = { kind: 'file', name: at('nothing'), path: at('nothing') } as const;
    expect(await refusal(probeVideo(source))).toMatch(/is a directory/);
  });

  test('a folder where one video is wanted', async () => {
    expect(await refusal(probeVideo(folder))).toMatch(/stands for \d+ videos: give one of them/);
  });

  test('nothing at all', async () => {
    expect(await refusal(findSources([]))).toMatch(/no video was given/);
    expect(await refusal(findSources(['']))).toMatch(/empty name/);
  });
});

describe('damage is told, never silent', () => {
  async function readDamaged(path: string) {
    const reports: SkipReport[] = [];
    const frames = await allFrames(path, { ...small, onSkip: (report) => reports.push(report) });
    return { frames, reports };
  }

  test.each(['whole.mp4', 'whole.mkv', 'whole.avi'])(
    'a corrupt stretch in %s is skipped with a count',
    async (name) => {
      const path = damage(at(name), at(`corrupt-${name}`), 0.4, 0.05);
      const { frames, reports } = await readDamaged(path);
      expect(reports).toHaveLength(1);
      expect(reports[0]).toMatchObject({ source: path, count: 100 - frames.length });
      expect(reports[0]!.count).toBeGreaterThan(0);
      expect(reports[0]!.message).not.toBe('');
      // The rest after the damage is there, where the container lets it be found again.
      if (name === 'whole.mp4') expect(frames.at(-1)!.time).toBeCloseTo(3.96, 2);
      for (const [i, frame] of frames.entries()) {
        expect(frame.index).toBe(i);
        if (i > 0) expect(frame.time).toBeGreaterThan(frames[i - 1]!.time);
      }
      expect(await refusal(allFrames(path, { ...small, onCorrupt: 'fail' }))).toMatch(
        /corrupt-.* is damaged: .*onCorrupt = skip/,
      );
    },
  );

  test.each(['whole.mp4', 'whole.mkv'])(
    'of %s cut short, what decodes comes and the rest is counted',
    async (name) => {
      const path = truncate(at(name), at(`cut-${name}`), 0.6);
      const { frames, reports } = await readDamaged(path);
      expect(frames.length).toBeGreaterThan(30);
      expect(reports).toHaveLength(1);
      expect(reports[0]!.count).toBe(100 - frames.length);
      expect(await refusal(allFrames(path, { ...small, onCorrupt: 'fail' }))).toMatch(/is damaged/);
    },
  );

  test('a whole video is reported by nothing, and passes with fail', async () => {
    for (const name of ['whole.mp4', 'whole.mkv', 'whole.avi']) {
      expect((await readDamaged(at(name))).reports).toEqual([]);
      expect((await allFrames(at(name), { ...small, onCorrupt: 'fail', start: 1.5, rate: 10 })).length).toBe(
        25,
      );
    }
  });
});

describe('finding the programs', () => {
  const { FFMPEG_PATH, FFPROBE_PATH, PATH } = process.env;
  afterEach(() => {
    for (const [key, value] of Object.entries({ FFMPEG_PATH, FFPROBE_PATH, PATH })) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  });

  test('a variable that names no program is told, not passed over', () => {
    process.env.FFMPEG_PATH = at('text.mp4');
    expect(() => findFfmpeg()).toThrow(/FFMPEG_PATH names .*text\.mp4.*unset FFMPEG_PATH/);
    process.env.FFPROBE_PATH = at('missing');
    expect(() => findFfprobe()).toThrow(/FFPROBE_PATH names/);
  });

  test('the variable comes before PATH, PATH before the bundled build', () => {
    delete process.env.FFMPEG_PATH;
    process.env.PATH = '';
    const bundled = findFfmpeg();
    expect(bundled.origin).toBe('bundled');
    mkdirSync(at('bin'), { recursive: true });
    writeFileSync(at('bin/ffmpeg'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    process.env.PATH = at('bin');
    expect(findFfmpeg()).toEqual({ path: at('bin/ffmpeg'), origin: 'PATH' });
    process.env.FFMPEG_PATH = bundled.path;
    expect(findFfmpeg()).toEqual({ path: bundled.path, origin: 'FFMPEG_PATH' });
  });

  test('a program that is not ffmpeg says so', async () => {
    writeFileSync(at('fake'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
    process.env.FFMPEG_PATH = at('fake');
    expect(await refusal(allFrames(at('whole.mp4'), small))).toMatch(
      /fake does not run as ffmpeg.*set FFMPEG_PATH/,
    );
  });
});
