import { readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The holder touches its lock this often; a lock untouched for `STALE_MS` belongs to nobody. */
const HEARTBEAT_MS = 5_000;
const STALE_MS = 60_000;
const POLL_MS = 250;

/**
 * Run `work` while holding the lock file `path`, so that two set-ups share one download. The lock of a process that
 * died is broken. It saves work, it does not guard correctness: that is the rename at the end of a set-up.
 * @param onWait called once with the holder's process id when another process is at work.
 */
export async function withLock<T>(
  path: string,
  onWait: (holder: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  await acquire(path, onWait);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, HEARTBEAT_MS);
  const releaseAtExit = () => rmSync(path, { force: true });
  process.once('exit', releaseAtExit);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.off('exit', releaseAtExit);
    await rm(path, { force: true });
  }
}

async function acquire(path: string, onWait: (holder: string) => void): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  for (let waited = false; ; ) {
    try {
      await writeFile(path, `${process.pid} ${hostname()}\n`, { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (isStale(path)) {
      await rm(path, { force: true });
      continue;
    }
    if (!waited) onWait(holderOf(path)?.pid.toString() ?? 'unknown');
    waited = true;
    await sleep(POLL_MS);
  }
}

function isStale(path: string): boolean {
  try {
    if (Date.now() - statSync(path).mtimeMs > STALE_MS) return true;
    const holder = holderOf(path);
    return holder !== undefined && holder.host === hostname() && !isAlive(holder.pid);
  } catch {
    return false;
  }
}

function holderOf(path: string): { pid: number; host: string } | undefined {
  try {
    const [pid, host] = readFileSync(path, 'utf8').trim().split(' ');
    return pid && host ? { pid: Number(pid), host } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
