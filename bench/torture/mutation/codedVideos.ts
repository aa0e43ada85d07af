import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { required } from '../../../src/common/required.js';
import { type Frame, findFfmpeg } from '../../../src/video/index.js';

// Videos whose every frame carries its number in its brightness, so that a lost, repeated or wrong frame is seen.

export const FRAMES = 60;
const WIDTH = 96;
const HEIGHT = 64;
/** What frames are read at: each number lies in a quadrant of flat grey. */
export const SIZE = { width: 24, height: 16 } as const;

/** How each healthy video is made: arguments of ffmpeg after the raw frames. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  'h264.mp4': ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '12', '-bf', '2', '-crf', '12'],
  'fragmented.mp4': [
    '-c:v',
    'libx264',
    '-pix_fmt',
    'yuv420p',
    '-g',
    '12',
    '-crf',
    '12',
    '-movflags',
    'frag_keyframe+empty_moov',
  ],
  'h264.mkv': ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '12', '-bf', '2', '-crf', '12'],
  'vp9.webm': [
    '-c:v',
    'libvpx-vp9',
    '-pix_fmt',
    'yuv420p',
    '-g',
    '12',
    '-crf',
    '10',
    '-b:v',
    '0',
    '-cpu-used',
    '8',
  ],
  'mpeg4.avi': ['-c:v', 'mpeg4', '-q:v', '2', '-g', '12'],
  'mjpeg.avi': ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p'],
  'h264.ts': ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '12', '-bf', '2', '-crf', '12'],
  'mpeg2.ts': ['-c:v', 'mpeg2video', '-q:v', '2', '-g', '12', '-bf', '2'],
  'palette.gif': ['-filter_complex', 'split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none'],
  'h264.flv': ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '12', '-crf', '12'],
  'mjpeg.mov': ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p'],
  'png images': [],
  'jpg images': ['-q:v', '2'],
};

/** A healthy video of `FRAMES` frames at 25 a second: a file, or a folder of images. */
export interface CodedVideo {
  readonly name: string;
  /** The file, or the folder. */
  readonly path: string;
  readonly images: boolean;
}

/** The videos of these names that this machine's ffmpeg can write, made once in `folder`. */
export function codedVideos(folder: string, names = Object.keys(FORMATS)): CodedVideo[] {
  mkdirSync(folder, { recursive: true });
  const raw = Buffer.concat(Array.from({ length: FRAMES }, (_, number) => codedFrame(number)));
  const videos = names.map((name) => {
    const images = name.endsWith(' images');
    const path = join(folder, name.replace(' ', '-'));
    return { video: { name, path, images }, args: required(FORMATS, name) };
  });
  return videos
    .filter(({ video, args }) => existsSync(video.path) || encode(raw, video, args))
    .map(({ video }) => video);
}

function encode(raw: Buffer, { path, name, images }: CodedVideo, args: readonly string[]): boolean {
  // Elsewhere first: another area may look for the same video meanwhile.
  const making = join(dirname(path), `.making-${process.pid}`);
  const whole = join(making, basename(path));
  mkdirSync(images ? whole : making, { recursive: true });
  const out = images ? join(whole, `%03d.${name.split(' ')[0]}`) : whole;
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${WIDTH}x${HEIGHT}`, '-r', '25', '-i', '-'];
  const { status } = spawnSync(findFfmpeg().path, ['-v', 'error', '-y', ...input, ...args, out], {
    input: raw,
  });
  const good = status === 0 && (!images || readdirSync(whole).length === FRAMES);
  if (good && !existsSync(path)) renameSync(whole, path);
  rmSync(making, { recursive: true, force: true });
  return good;
}

/** Sixteen levels of grey a quadrant: number = top left + 16 × top right; the bottom right is red. */
function codedFrame(number: number): Buffer {
  const data = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const [right, below] = [x >= WIDTH / 2, y >= HEIGHT / 2];
      const grey = 8 + 16 * ((number >> (right ? 4 : 0)) & 15);
      const color = below ? (right ? [230, 20, 20] : [8, 8, 8]) : [grey, grey, grey];
      data.set(color, (y * WIDTH + x) * 3);
    }
  }
  return data;
}

/** The number in a grey frame of `SIZE`; nothing where a damaged frame shows none. */
export function numberIn({ data, width, height }: Frame): number | undefined {
  const level = (x: number, y: number) => {
    const value = data[Math.floor(y * height) * width + Math.floor(x * width)]!;
    const nibble = Math.round((value - 8) / 16);
    return Math.abs(value - 8 - 16 * nibble) <= 5 ? nibble : undefined;
  };
  const [low, high, empty] = [level(0.25, 0.25), level(0.75, 0.25), level(0.25, 0.75)];
  if (low === undefined || high === undefined || empty !== 0) return undefined;
  return low + 16 * high;
}
