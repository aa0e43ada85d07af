import { fstatSync, type Stats } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../../common/errors.js';
import type { VideoSource } from './videoSource.js';

/**
 * The source of a path that is not a plain file. A named pipe, `<(…)` or standard input is read once, from its beginning, and
 * not probed before, because probing would consume it. Undefined for a plain file.
 */
export async function streamSource(path: string, found: Stats): Promise<VideoSource | undefined> {
  const descriptor = ownDescriptor(path);
  if (found.isFile()) {
    // `< video.mp4`: ffmpeg's standard input is another one, so that it has to be given the file's own name.
    return descriptor === undefined ? undefined : { kind: 'file', name: path, path: await realpath(path) };
  }
  const input = { kind: 'input', name: path } as const;
  if (found.isCharacterDevice() && descriptor === undefined) return { ...input, address: path };
  if (found.isFIFO() && descriptor === undefined)
    return { ...input, address: `file:${resolve(path)}`, once: true };
  // A program that is started by this one does not inherit its pipes; Linux lets it open them again.
  if (found.isFIFO() && process.platform === 'linux')
    return { ...input, address: `file:/proc/${process.pid}/fd/${descriptor}`, once: true };
  if (descriptor === 0) return { ...input, address: 'pipe:0', once: true };
  return found.isFIFO() ? { ...input, address: path, once: true } : undefined;
}

/** What `-` stands for. @throws UsageError where nothing is piped into this process */
export async function standardInput(): Promise<VideoSource> {
  const source = process.stdin.isTTY ? undefined : await streamSource('/dev/stdin', fstatSync(0));
  if (source) return { ...source, name: '-' };
  throw new UsageError('- stands for standard input, and no video is piped into it: write `… | foreframe …`');
}

/** The number of a file that this process was started with: 0 for `/dev/stdin`, 63 for `/dev/fd/63`. */
function ownDescriptor(path: string): number | undefined {
  if (path === '/dev/stdin') return 0;
  const number = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}
