import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ForeframeError } from '../errors.js';
import { writeError } from './atomicWrite.js';
import { cacheFolder } from './cacheFolder.js';
import { removeLeftovers, temporaryPath } from './temporaryPath.js';

/** A folder that cannot be used: it is missing, not writable, or its disk is full. */
const UNUSABLE = new Set([
  'ENOENT',
  'ENOTDIR',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'ENAMETOOLONG',
]);

/** Folders that this process has cleaned up. */
const clean = new Set<string>();

/**
 * Does work in a new folder that is removed afterwards: in the temporary folder, or in the cache when that is missing or full.
 * What killed processes left there under the same name is removed.
 * @throws ForeframeError when neither can be written; whatever `work` throws
 */
export function inWorkFolder<T>(name: string, work: (folder: string) => T): T {
  const places = [tmpdir(), cacheFolder()];
  for (const place of places) {
    const folder = temporaryPath(join(place, name));
    const swept = join(place, name);
    if (!clean.has(swept)) {
      clean.add(swept);
      removeLeftovers(place, { of: name });
    }
    try {
      mkdirSync(folder, { mode: 0o700 });
      return work(folder);
    } catch (error) {
      if (!isUnusable(error, folder)) throw error;
      if (place === places.at(-1)) throw noPlace(places[0]!, error);
    } finally {
      remove(folder);
    }
  }
  throw new Error('there is a place to try');
}

/** Errors about other files come from the work itself. */
function isUnusable(error: unknown, folder: string): boolean {
  const { code, path } = error as NodeJS.ErrnoException;
  // The error of a write to an open file names no path.
  return code !== undefined && UNUSABLE.has(code) && (path === undefined || path.startsWith(folder));
}

function noPlace(place: string, error: unknown): ForeframeError {
  const { message } = writeError(place, error);
  return new ForeframeError(`${message}; TMPDIR names where temporary files go`, { cause: error });
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Its place is no folder.
  }
}
