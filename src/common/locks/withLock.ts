import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError } from '../errors.js';
import { FileLock, type LockHolder } from './fileLock.js';

const POLL_MS = 250;

/**
 * Run `work` while holding the lock file `path`, whose folder exists, waiting for whoever holds it now.
 * @param onWait called once when another process is at work
 * @throws InterruptedError when `signal` is aborted while waiting; ForeframeError when the folder cannot be written
 */
export async function withLock<T>(
  path: string,
  onWait: (holder: LockHolder) => void,
  work: (lock: FileLock) => Promise<T>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<T> {
  const lock = await acquire(path, onWait, signal);
  try {
    return await work(lock);
  } finally {
    lock.release();
  }
}

async function acquire(
  path: string,
  onWait: (holder: LockHolder) => void,
  signal: AbortSignal | undefined,
): Promise<FileLock> {
  for (let waited = false; ; waited = true) {
    const taken = FileLock.take(path);
    if (taken instanceof FileLock) return taken;
    if (!waited) onWait(taken);
    if (signal?.aborted) throw new InterruptedError(`stopped while waiting for ${taken.description}`);
    await sleep(POLL_MS);
  }
}
