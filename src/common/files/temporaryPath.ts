import { createHash, randomBytes } from 'node:crypto';
import { type Dirent, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { livenessOfPid, thisPlace, thisProcess } from './processIdentity.js';

/** A temporary name identifies its writer: process, its start, the namespace of its id; then a random part. */
const TEMPORARY = /^(.*)\.(\d+)-(\d+)-([0-9a-f]{8})-[0-9a-f]{8}\.tmp$/s;
/** A temporary file whose writer cannot be checked counts as left over when it is untouched for so long. */
const UNTOUCHED_MS = 3_600_000;
/** Longest name of a file that leaves room for the rest on every file system, in bytes. */
const LONGEST = 180;

const swept = new Set<string>();

/**
 * A name beside `path` to write under before it is renamed to it: no other process, container or host ever has the same.
 * What dead processes left in that folder under such names is removed, once per process.
 */
export function temporaryPath(path: string): string {
  const folder = dirname(path);
  if (!swept.has(folder)) {
    swept.add(folder);
    removeLeftovers(folder);
  }
  const { pid, started = '0' } = thisProcess();
  const unique = randomBytes(4).toString('hex');
  return join(folder, `${stem(path)}.${pid}-${started}-${thisPlace()}-${unique}.tmp`);
}

function stem(path: string): string {
  const name = basename(path);
  if (Buffer.byteLength(name) <= LONGEST) return name;
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

/** Whether a name is a temporary one of the file or folder `target`. */
export function isTemporaryOf(name: string, target: string): boolean {
  return TEMPORARY.exec(name)?.[1] === stem(target);
}

export interface LeftoverOptions {
  /** Only what was to become this file or folder; folders are removed only so. */
  readonly of?: string;
  /** Milliseconds without a touch after which what an unknown process writes counts as left over. */
  readonly untouched?: number;
}

/** Remove what dead processes left in `folder` under temporary names. Files that cannot be removed stay. */
export function removeLeftovers(
  folder: string,
  { of, untouched = UNTOUCHED_MS }: LeftoverOptions = {},
): void {
  for (const entry of entriesOf(folder)) {
    const [, name, pid, started = '', place = ''] = TEMPORARY.exec(entry.name) ?? [];
    if (pid === undefined || (of === undefined ? !entry.isFile() : name !== stem(of))) continue;
    const path = join(folder, entry.name);
    if (!isLeft(path, { pid: Number(pid), started, place }, untouched)) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Perhaps the file of another user: it does no harm.
    }
  }
}

function isLeft(
  path: string,
  { pid, started, place }: { pid: number; started: string; place: string },
  untouched: number,
): boolean {
  const here = place === thisPlace();
  const liveness = here ? livenessOfPid(pid, started === '0' ? undefined : started) : 'unknown';
  if (liveness !== 'unknown') return liveness === 'dead';
  try {
    return Date.now() - statSync(path).mtimeMs >= untouched;
  } catch {
    return false;
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
