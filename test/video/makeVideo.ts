import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import {
  type Frame,
  type FrameOptions,
  findFfmpeg,
  readFrames,
  type VideoSource,
} from '../../src/video/index.js';

/** A folder that is removed after the tests of this file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'foreframe-video-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Run the found ffmpeg directly. */
export function ffmpeg(...args: string[]): void {
  execFileSync(findFfmpeg().path, ['-v', 'error', '-y', '-nostdin', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** A moving test picture, H.264 unless `args` say otherwise. */
export function testVideo(path: string, source: string, ...args: string[]): string {
  ffmpeg('-f', 'lavfi', '-i', source, '-pix_fmt', 'yuv420p', '-g', '25', ...args, path);
  return path;
}

/** What `ffmpeg -f rawvideo` alone gives. */
export function rawBytes(path: string, filter: string): Buffer {
  const args = ['-v', 'error', '-nostdin', '-i', path, '-an', '-vf', filter, '-f', 'rawvideo', '-'];
  return spawnSync(findFfmpeg().path, args, { maxBuffer: 1 << 28 }).stdout;
}

export async function allFrames(source: string | VideoSource, options: FrameOptions): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of readFrames(source, options)) frames.push(frame);
  return frames;
}

/** Overwrite a stretch of a file with other bytes. */
export function damage(from: string, to: string, begin: number, share: number): string {
  const bytes = readFileSync(from);
  const start = Math.floor(bytes.length * begin);
  for (let i = start; i < start + bytes.length * share; i++) bytes[i] = (i * 2654435761) >>> 24;
  writeFileSync(to, bytes);
  return to;
}

export function truncate(from: string, to: string, share: number): string {
  const bytes = readFileSync(from);
  writeFileSync(to, bytes.subarray(0, Math.floor(bytes.length * share)));
  return to;
}

/** Mark an .mp4 as turned by a quarter clockwise: the display matrix in its track header. */
export function turnClockwise(from: string, to: string): string {
  const bytes = readFileSync(from);
  const header = bytes.indexOf('tkhd') + 4;
  const matrix = [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000];
  matrix.forEach((value, i) => {
    bytes.writeInt32BE(value, header + 40 + 4 * i);
  });
  writeFileSync(to, bytes);
  return to;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
