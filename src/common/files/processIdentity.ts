import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { once } from '../once.js';

/** Identifies a process among all that share a folder with it: in other containers, on other hosts, at other times. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** When it started, in ticks since the machine did. A process id is used again, the two together are not. */
  readonly started?: string;
  /** Identifies the machine and its last boot; containers of one machine share it. */
  readonly boot?: string;
  /** The namespace of the process id: two containers have a process 1 each. */
  readonly space?: string;
}

/** This process. Some values are known on Linux only, and missing elsewhere. */
export const thisProcess = once(
  (): ProcessIdentity => ({
    pid: process.pid,
    host: hostname(),
    started: statOf('self')?.started,
    boot: quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    space: quietly(() => readlinkSync('/proc/self/ns/pid')),
  }),
);

/** A short name of this process's id namespace. */
export const thisPlace = once((): string => placeOf(thisProcess()));

function placeOf({ host, boot, space }: ProcessIdentity): string {
  return createHash('sha256')
    .update(JSON.stringify([host, boot, space]))
    .digest('hex')
    .slice(0, 8);
}

/** Whether a process still runs; undefined for one of another container or host, where it cannot be known. */
export function livenessOf(other: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  const { host, boot, space } = thisProcess();
  // A lock that an older foreframe wrote says neither boot nor space.
  const here =
    other.host === host && [boot, undefined].includes(other.boot) && [space, undefined].includes(other.space);
  return here ? livenessOfPid(other.pid, other.started) : 'unknown';
}

/** The same for a process id of this namespace. */
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
