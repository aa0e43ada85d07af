import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ForeframeError } from '../errors.js';
import { writeError } from '../files/atomicWrite.js';
import { makeFolder } from '../files/makeFolder.js';
import { removeLeftovers, temporaryPath } from '../files/temporaryPath.js';
import type { LockHolder } from './fileLock.js';
import { withLock } from './withLock.js';

/**
 * Fill a folder under a temporary name beside it, so that it is there whole or not at all. What killed processes left of the
 * same folder is removed.
 * @param place called with the temporary folder when it is full: to give it its name, by default
 * @throws ForeframeError naming `folder` when it cannot be written; whatever `fill` throws
 */
export async function wholeFolder(
  folder: string,
  fill: (unfinished: string) => void | Promise<void>,
  place: (unfinished: string) => Promise<void> = (unfinished) => rename(unfinished, folder),
): Promise<void> {
  await makeFolder(dirname(folder));
  removeLeftovers(dirname(folder), { of: folder });
  const unfinished = temporaryPath(folder);
  try {
    await mkdir(unfinished);
    await fill(unfinished);
    await place(unfinished);
  } catch (error) {
    // System errors come from writing here; others have a clear message already, or are a bug of foreframe.
    const system =
      !(error instanceof ForeframeError) && typeof (error as { code?: unknown }).code === 'string';
    throw system ? writeError(folder, error) : error;
  } finally {
    await rm(unfinished, { recursive: true, force: true }).catch(() => {});
  }
}

/**
 * The same where the folder is missing, by one process at a time: a second process waits for the first and uses its folder.
 * @param onWait called once when another process is at work
 * @throws InterruptedError when `signal` is aborted while waiting
 */
export async function wholeFolderOnce(
  folder: string,
  fill: (unfinished: string) => Promise<void>,
  { onWait, signal }: { onWait: (holder: LockHolder) => void; signal?: AbortSignal },
): Promise<void> {
  if (existsSync(folder)) return;
  await makeFolder(dirname(folder));
  await withLock(
    `${folder}.lock`,
    onWait,
    async () => {
      if (existsSync(folder)) return;
      // Only the holder of the lock fills it: other writers are dead.
      removeLeftovers(dirname(folder), { of: folder, untouched: 0 });
      await wholeFolder(folder, fill);
    },
    { signal },
  );
}
