import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { once } from './once.js';

/** A process, told apart from all others that share a folder with it: of other containers, other hosts, other times. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** When it started, in ticks since the machine did. A process id is used again, the two together are not. */
  readonly started?: string;
  /** Which start of which machine; containers of one machine share it. */
  readonly boot?: string;
  /** In which process ids count: two containers have a process 1 each. */
  readonly space?: string;
}

/** This process. What only Linux tells is missing elsewhere. */
export const thisProcess = once(
  (): ProcessIdentity => ({
    pid: process.pid,
    host: hostname(),
    started: statOf('self')?.started,
    boot: quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    space: quietly(() => readlinkSync('/proc/self/ns/pid')),
  }),
);

/** A short name of the place where this process's id counts. */
export const thisPlace = once((): string => placeOf(thisProcess()));

function placeOf({ host, boot, space }: ProcessIdentity): string {
  return createHash('sha256')
    .update(JSON.stringify([host, boot, space]))
    .digest('hex')
    .slice(0, 8);
}

/** Whether a process still runs, as far as this one can know: nothing can be known about one of another container or host. */
export function livenessOf(other: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  const { host, boot, space } = thisProcess();
  // A lock that an older foreframe wrote says neither boot nor space.
  const here =
    other.host === host && [boot, undefined].includes(other.boot) && [space, undefined].includes(other.space);
  return here ? livenessOfPid(other.pid, other.started) : 'unknown';
}

/** The same for a process id of this very place. */
export function livenessOfPid(pid: number, started: string | undefined): 'alive' | 'dead' | 'unknown' {
  if (!Number.isSafeInteger(pid) || pid <= 0) return 'unknown';
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return 'dead';
  }
  const now = statOf(pid);
  if (!now || started === undefined) return 'unknown';
  const ended = now.state === 'Z' || now.state === 'X';
  return now.started === started && !ended ? 'alive' : 'dead';
}

function statOf(pid: number | 'self'): { state: string; started: string } | undefined {
  return quietly(() => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name stands in brackets and may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0]!, started: fields[19]! };
  });
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
