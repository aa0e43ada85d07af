import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, vi } from 'vitest';
import { bundled } from '../../src/video/ffmpeg/ffmpegPath.js';
import { type Frame, findFfmpeg } from '../../src/video/index.js';

const SIDE = 32;

/** How frames of coded videos are to be read. */
export const coded = { width: SIDE, height: SIDE, color: 'grey', fit: 'fill' } as const;

/** The ffmpegs that everything has to hold for: the machine's own, where it has one, and the build of 2018 that npm carries. */
export function ffmpegBuilds(): { name: string; env: Record<string, string> }[] {
  const env = { FFMPEG_PATH: bundled('ffmpeg').path, FFPROBE_PATH: bundled('ffprobe').path };
  const old = { name: 'the bundled ffmpeg', env };
  return findFfmpeg().origin === 'bundled' ? [old] : [{ name: 'the found ffmpeg', env: {} }, old];
}

/** Within a `describe`: its tests run with this build. */
export function useBuild({ env }: { env: Record<string, string> }): void {
  beforeAll(() => {
    for (const [key, value] of Object.entries(env)) vi.stubEnv(key, value);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });
}

/**
 * For a file whose tests are of what is done with frames, and not of how ffmpeg reads or writes them: the build that npm carries, where
 * there is one for this machine. It starts in a tenth of the time of one that is linked to two hundred libraries, and a small clip of
 * one's own takes two starts. What both have to do is in tests of `ffmpegBuilds`.
 */
export function quickFfmpeg(): void {
  try {
    useBuild(ffmpegBuilds().at(-1)!);
  } catch {
    // npm carries none for this machine: its own does.
  }
}

/** Frames whose number is written in brightness: a quarter for each sixteen, the lower half for what is above. */
function codedFrames(count: number): Buffer {
  const bytes = Buffer.alloc(count * SIDE * SIDE);
  for (let i = 0; i < bytes.length; i++) {
    const [frame, y, x] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE];
    const digit = y >= SIDE / 2 ? 2 : x < SIDE / 2 ? 0 : 1;
    bytes[i] = 24 + 13 * ((frame >> (4 * digit)) & 15);
  }
  return bytes;
}

/** The number that a frame of a coded video bears. */
export function numberOf({ data }: Frame): number {
  const digit = (left: number, top: number) => {
    let sum = 0;
    for (let y = 4; y < 12; y++) for (let x = 4; x < 12; x++) sum += data[(top + y) * SIDE + left + x]!;
    return Math.round((sum / 64 - 24) / 13);
  };
  return digit(0, 0) + 16 * digit(SIDE / 2, 0) + 256 * digit(0, SIDE / 2);
}

export interface CodedVideo {
  readonly frames: number;
  readonly rate: number | string;
  /** Options before and after ffmpeg's input. */
  readonly before?: readonly string[];
  readonly after: readonly string[];
}

/** Encode coded frames with ffmpeg: into a file, or what it writes to `pipe:1`. */
export function codedVideo({ frames, rate, before = [], after }: CodedVideo): Buffer {
  const raw = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    'gray',
    '-s',
    `${SIDE}x${SIDE}`,
    '-r',
    `${rate}`,
    '-i',
    'pipe:0',
  ];
  const args = ['-v', 'error', '-y', ...before, ...raw, ...after];
  const done = spawnSync(findFfmpeg().path, args, { input: codedFrames(frames), maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`ffmpeg ${args.join(' ')}: ${done.stderr}`);
  return done.stdout;
}
