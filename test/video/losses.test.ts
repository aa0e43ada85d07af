import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/common/random.js';
import { bundled } from '../../src/video/ffmpeg/ffmpegPath.js';
import { findFfmpeg, readFrames, type SkipReport } from '../../src/video/index.js';
import { spanOf } from '../../src/video/probing/span.js';
import { ffmpeg, temporaryFolder, testVideo } from './makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const small = { width: 16, height: 12, color: 'grey' } as const;
const { path: bundledFfmpeg } = bundled('ffmpeg');
const { FFMPEG_PATH } = process.env;
afterEach(() => {
  if (FFMPEG_PATH === undefined) delete process.env.FFMPEG_PATH;
  else process.env.FFMPEG_PATH = FFMPEG_PATH;
});

const FRAMES = 40;
const SOURCE = 'testsrc2=s=96x64:r=20:d=2';
const h264 = ['-c:v', 'libx264', '-bf', '2', '-g', '10'];
/** Each container with what is put into it. */
const files: Record<string, string[]> = {
  'a.mp4': [...h264, '-movflags', '+faststart'],
  'fragments.mp4': [...h264, '-movflags', 'frag_keyframe+empty_moov'],
  'small-fragments.mp4': [...h264, '-movflags', 'frag_keyframe+empty_moov', '-frag_duration', '200000'],
  'a.mkv': h264,
  'live.webm': ['-c:v', 'libvpx', '-live', '1'],
  'a.webm': ['-c:v', 'libvpx', '-b:v', '300k'],
  'a.avi': ['-c:v', 'mpeg4', '-q:v', '4'],
  'mjpeg.avi': ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'],
  // B-frames make the writer fill its index with empty chunks: it counts twice as many images as there are.
  'empty-chunks.avi': h264,
  'a.flv': h264,
  'a.ts': h264,
  'a.m2ts': h264,
  'a.mpg': ['-c:v', 'mpeg2video', '-bf', '2', '-r', '25'],
  'a.ogv': ['-c:v', 'libtheora', '-q:v', '6'],
  'a.gif': ['-pix_fmt', 'pal8'],
  'a.apng': ['-f', 'apng', '-pix_fmt', 'rgb24'],
  'a.wmv': ['-c:v', 'wmv2'],
  'a.mjpeg': ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'],
  'a.y4m': [],
  'a.nut': h264,
};
beforeAll(async () => {
  for (const [name, args] of Object.entries(files)) testVideo(at(name), SOURCE, ...args);
});

interface Outcome {
  readonly count: number;
  readonly reports: readonly SkipReport[];
  readonly error?: string;
}

async function read(path: string, onCorrupt: 'skip' | 'fail'): Promise<Outcome> {
  const reports: SkipReport[] = [];
  let count = 0;
  try {
    for await (const _ of readFrames(path, { ...small, onCorrupt, onSkip: (each) => reports.push(each) }))
      count++;
    return { count, reports };
  } catch (error) {
    return { count, reports, error: (error as Error).message };
  }
}

/** Those of which builds of 2018 say less than later ones. */
const toOld = ['small-fragments.mp4', 'empty-chunks.avi', 'a.flv', 'a.ts', 'a.gif', 'a.ogv', 'a.webm'];

test.each([
  ...Object.keys(files).map((name) => [name, 'the ffmpeg found'] as const),
  ...toOld.map((name) => [name, 'the bundled build of 2018'] as const),
])(
  'a healthy %s is told of by nothing; cut or with bytes taken out, never in silence (%s)',
  async (name, program) => {
    if (program !== 'the ffmpeg found') process.env.FFMPEG_PATH = bundledFfmpeg;
    const whole = await read(at(name), 'fail');
    expect(whole).toEqual({ count: name === 'a.mpg' ? 50 : FRAMES, reports: [] });
    const bytes = readFileSync(at(name));
    const random = Random.for(16, `${name} ${program}`);
    for (const kind of ['cut', 'taken out'] as const) {
      const place = Math.floor(bytes.length * (0.15 + 0.8 * random.uniform()));
      const rest = kind === 'cut' ? bytes.length : place + 188 * (1 + random.integer(20));
      writeFileSync(at(`damaged-${name}`), Buffer.concat([bytes.subarray(0, place), bytes.subarray(rest)]));
      const { count, reports, error } = await read(at(`damaged-${name}`), 'skip');
      if (count === whole.count) continue;
      const told = error ?? reports[0]?.message;
      expect({ kind, place, count, told }).toMatchObject({ told: expect.any(String) });
    }
  },
);

test('an exact count is not forgiven by a share: one image of a hundred is missed', async () => {
  testVideo(at('count.avi'), 'testsrc2=s=96x64:r=25:d=4', '-c:v', 'mpeg4');
  const bytes = readFileSync(at('count.avi'));
  // The length in the stream's header, eight words behind its kind.
  const length = bytes.indexOf('vids') + 32;
  expect(bytes.readUInt32LE(length)).toBe(100);
  for (const [stated, missing] of [
    [101, 1],
    [102, 2],
    [120, 20],
  ] as const) {
    bytes.writeUInt32LE(stated, length);
    bytes.writeUInt32LE(stated, bytes.indexOf('avih') + 8 + 16);
    writeFileSync(at('short.avi'), bytes);
    const { count, reports } = await read(at('short.avi'), 'skip');
    expect(count).toBe(100);
    expect(reports).toEqual([
      {
        source: at('short.avi'),
        count: missing,
        message: expect.stringMatching(/counts \d+ images, and \d+ of them/),
      },
    ]);
    expect((await read(at('short.avi'), 'fail')).error).toMatch(/short\.avi is damaged/);
  }
});

test('an AVI written into a pipe states no count; cut, it is told of', async () => {
  const path = at('piped.avi');
  const args = ['-v', 'error', '-i', at('a.avi'), '-c', 'copy', '-f', 'avi', '-'];
  const bytes = execFileSync(findFfmpeg().path, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  writeFileSync(path, bytes);
  expect(await read(path, 'fail')).toEqual({ count: FRAMES, reports: [] });
  writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
  expect((await read(path, 'fail')).error).toMatch(/piped\.avi is damaged/);
});

test('transport streams joined one behind the other are whole; without a packet between them they are not', async () => {
  const bytes = readFileSync(at('a.ts'));
  writeFileSync(at('joined.ts'), Buffer.concat([bytes, bytes]));
  expect(await read(at('joined.ts'), 'fail')).toEqual({ count: 2 * FRAMES, reports: [] });
  // The second packet of a video image that fills three.
  const packets = Array.from({ length: bytes.length / 188 }, (_, i) =>
    bytes.subarray(188 * i, 188 * i + 188),
  );
  const video = (packet: Buffer) => (((packet[1]! & 0x1f) << 8) | packet[2]!) === 0x100;
  const gone = packets.findIndex((each, i) => i > 20 && video(each) && !(each[1]! & 0x40));
  writeFileSync(at('gap.ts'), Buffer.concat(packets.filter((_, i) => i !== gone)));
  expect((await read(at('gap.ts'), 'fail')).error).toMatch(/gap\.ts is damaged/);
});

test('images that an edit list hides are not missing', async () => {
  ffmpeg('-ss', '0.75', '-i', at('a.mp4'), '-c', 'copy', at('edited.mp4'));
  const { count, reports, error } = await read(at('edited.mp4'), 'fail');
  expect({ reports, error }).toEqual({ reports: [], error: undefined });
  expect(count).toBeLessThan(FRAMES);
});

test('a small image without detail is whole, though ffmpeg misses its end mark; one without the mark is not', async () => {
  testVideo(at('black.avi'), 'color=black:s=64x64:r=10:d=1', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p');
  expect(await read(at('black.avi'), 'fail')).toEqual({ count: 10, reports: [] });
  const bytes = readFileSync(at('black.avi'));
  bytes.fill(
    0,
    bytes.lastIndexOf('\xff\xd9', undefined, 'latin1'),
    bytes.lastIndexOf('\xff\xd9', undefined, 'latin1') + 2,
  );
  writeFileSync(at('unmarked.avi'), bytes);
  expect((await read(at('unmarked.avi'), 'fail')).error).toMatch(/unmarked\.avi is damaged: .*end mark/);
});

test('a transport stream that begins in the middle of a group: what no image can come of is told', async () => {
  testVideo(at('long.ts'), 'testsrc2=s=96x64:r=25:d=4', ...h264);
  const bytes = readFileSync(at('long.ts'));
  const begin = 188 * Math.floor((bytes.length * 0.05) / 188);
  writeFileSync(at('begun.ts'), bytes.subarray(begin));
  const { count, reports } = await read(at('begun.ts'), 'skip');
  expect(count).toBeGreaterThan(50);
  expect(count).toBeLessThan(100);
  expect(reports).toHaveLength(1);
  expect((await read(at('begun.ts'), 'fail')).error).toMatch(/begun\.ts is damaged/);
});

test('the stream that moves is read, whether a still before it is marked as a cover or not', async () => {
  ffmpeg('-f', 'lavfi', '-i', 'color=blue:s=96x64', '-frames:v', '1', at('cover.png'));
  for (const [name, codec] of [
    ['cover.mkv', 'mjpeg'],
    ['cover.mp4', 'libx264'],
    ['cover.mov', 'png'],
    ['cover.avi', 'mjpeg'],
  ] as const) {
    ffmpeg(
      '-i',
      at('cover.png'),
      '-i',
      at('a.mp4'),
      '-map',
      '0',
      '-map',
      '1',
      '-c:v:0',
      codec,
      '-c:v:1',
      'copy',
      at(name),
    );
    expect((await read(at(name), 'fail')).count, name).toBe(FRAMES);
  }
  copyFileSync(at('cover.png'), at('alone.png'));
  expect((await read(at('alone.png'), 'fail')).count).toBe(1);
});

test('an image that comes twice is damage and is left out; a recording that was joined on is not', async () => {
  const whole = readFileSync(at('a.ts'));
  const cut = (from: number, to: number) => whole.subarray(188 * from, 188 * to);
  const end = whole.length / 188;
  const [a, b] = [Math.floor(end * 0.4), Math.floor(end * 0.8)];
  writeFileSync(at('twice.ts'), Buffer.concat([cut(0, b), cut(a, b), cut(b, end)]));
  expect((await read(at('twice.ts'), 'fail')).error).toMatch(/twice\.ts is damaged/);
  const times: number[] = [];
  const reports: SkipReport[] = [];
  for await (const frame of readFrames(at('twice.ts'), { ...small, onSkip: (each) => reports.push(each) }))
    times.push(frame.time);
  expect(times).toEqual([...times].sort((p, q) => p - q));
  expect(reports).toHaveLength(1);
  writeFileSync(at('joined.ts'), Buffer.concat([whole, whole]));
  expect(await read(at('joined.ts'), 'fail')).toEqual({ count: 2 * FRAMES, reports: [] });
});

test('an image that the decoder drops without a word is told of, in the stretch in which it lies', async () => {
  const bytes = readFileSync(at('a.mkv'));
  // Slices that no other image needs: four bytes of length, then 0x01. Of one of them each early bit is turned over.
  const slices: number[] = [];
  for (let i = 0; i + 4 < bytes.length; i++) {
    const length = bytes.readUInt32BE(i);
    if (bytes[i + 4] === 1 && length > 20 && length < 2000) slices.push(i + 5);
  }
  for (let bit = 0; bit < 16; bit++) {
    const mutated = Buffer.from(bytes);
    mutated[slices.at(-3)! + (bit >> 3)]! ^= 0x80 >> (bit & 7);
    writeFileSync(at('dropped.mkv'), mutated);
    await spanOf({ kind: 'file', path: at('dropped.mkv'), name: 'dropped.mkv' });
    let lost = 0;
    const onSkip = ({ count }: SkipReport) => {
      lost += Math.max(1, count);
    };
    let count = 0;
    for await (const _ of readFrames(at('dropped.mkv'), { ...small, start: 1, duration: 1, onSkip })) count++;
    expect(count + lost, `bit ${bit}`).toBeGreaterThanOrEqual(20);
  }
});

test('an image that damage puts long after the end of the file is left out, and the others keep their times', async () => {
  const bytes = readFileSync(at('a.mkv'));
  // Blocks of Matroska: 0xa3, one or two bytes of size, the track 0x81, sixteen bits of milliseconds.
  const blocks: number[] = [];
  for (let i = 0; i + 4 < bytes.length; i++) {
    const size = bytes[i + 1]! >= 0x80 ? 1 : 2;
    const track = i + 1 + size;
    if (bytes[i] === 0xa3 && bytes[track] === 0x81 && bytes.readUInt16BE(track + 1) % 50 === 0)
      blocks.push(track + 1);
  }
  expect(blocks.length).toBeGreaterThan(20);
  bytes.writeUInt16BE(8000, blocks[5]!);
  writeFileSync(at('astray.mkv'), bytes);
  const reports: SkipReport[] = [];
  const times: number[] = [];
  for await (const { time } of readFrames(at('astray.mkv'), {
    ...small,
    onSkip: (report) => reports.push(report),
  }))
    times.push(time);
  expect(times).toEqual([...times].sort((p, q) => p - q));
  expect(times.at(-1)).toBeLessThan(2);
  expect(times).toHaveLength(FRAMES - 1);
  expect(reports).toHaveLength(1);
});

test('a recording does not begin anew before the end that its header states', async () => {
  const bytes = readFileSync(at('a.mkv'));
  // A second cluster (0x1f43b675) begins with its time: 0xe7, the number of bytes, the milliseconds.
  testVideo(at('clusters.mkv'), SOURCE, ...h264, '-cluster_time_limit', '500');
  const clusters = readFileSync(at('clusters.mkv'));
  const starts: number[] = [];
  for (let i = 0; i + 8 < clusters.length; i++) if (clusters.readUInt32BE(i) === 0x1f43b675) starts.push(i);
  expect(starts.length).toBeGreaterThan(2);
  const time = clusters.indexOf(0xe7, starts[1]! + 4);
  clusters.fill(0, time + 2, time + 2 + (clusters[time + 1]! & 0x7f));
  writeFileSync(at('anew.mkv'), clusters);
  const outcome = await read(at('anew.mkv'), 'fail');
  expect(outcome.error).toMatch(/anew\.mkv is damaged/);
  writeFileSync(at('joined.mkv'), Buffer.concat([bytes, bytes]));
  expect((await read(at('joined.mkv'), 'fail')).error ?? '').not.toMatch(/comes after/);
});
