import { existsSync, lstatSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ForeframeError, messageOf } from '../errors.js';
import { temporaryPath } from './temporaryPath.js';

export interface AtomicWriteOptions {
  /** Called when all is written, before the file gets its name. If it throws, the old file stays and the error is thrown. */
  readonly check?: () => void;
}

/**
 * Write a whole file or none of it: to a temporary name beside it, flushed to disk, then renamed over `path`.
 * @throws ForeframeError naming the file when the disk is full or the folder cannot be written; the old file survives.
 */
export async function atomicWrite(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
  { check }: AtomicWriteOptions = {},
): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    const file = await open(temporary, 'wx');
    try {
      for (const part of Array.isArray(content) ? content : [content]) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    check?.();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error instanceof ForeframeError ? error : writeError(path, error);
  }
}

/** One clear line for a write that failed. */
export function writeError(path: string, error: unknown): ForeframeError {
  const code = (error as NodeJS.ErrnoException).code;
  const reason =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'the disk is full: free some space and run it again'
      : code === 'EACCES' || code === 'EROFS' || code === 'EPERM'
        ? 'no permission to write there: choose another folder'
        : code === 'ENOTDIR' || code === 'EEXIST'
          ? 'a file stands where a folder is needed: choose another name'
          : code === 'EISDIR'
            ? 'a folder stands in its place: move it away, or choose another name'
            : code === 'ENOTEMPTY'
              ? 'another process wrote there meanwhile: choose another name'
              : code === 'ELOOP' || (code === 'ENOENT' && leadsNowhere(path))
                ? 'it is a link that leads nowhere: remove it, or choose another name'
                : messageOf(error);
  // When a folder below `path` cannot be made, the message names that folder.
  const { path: at = '' } = error as NodeJS.ErrnoException;
  const place = (code === 'ENOTDIR' || code === 'EEXIST') && at.startsWith(join(path, sep)) ? at : path;
  return new ForeframeError(`cannot write ${place}: ${reason}`, {
    cause: error,
    code: code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'not-writable',
  });
}

function leadsNowhere(path: string): boolean {
  return !existsSync(path) && (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false);
}
