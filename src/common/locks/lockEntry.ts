import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { ForeframeError } from '../errors.js';
import { isSpecial } from '../files/isSpecial.js';
import { type ProcessIdentity, thisProcess } from '../files/processIdentity.js';

/** The content of a lock file, or of a claim on one. */
export interface LockEntry {
  /** Unique to this entry. */
  readonly token: string;
  /** Missing where the file cannot be read as a lock. */
  readonly owner?: ProcessIdentity;
  /** Last sign of life, by the clock of the file system, in milliseconds. */
  readonly touched: number;
}

/** The content of a lock of this process; its last character is written again as a sign of life. */
export function lockText(token: string): string {
  return `${JSON.stringify({ token, ...thisProcess() })}\n`;
}

/** The lock and the chain of claims on it; nothing where there is no lock. */
export function readChain(path: string): LockEntry[] {
  const chain: LockEntry[] = [];
  for (let file = path; ; file = `${path}.${chain.at(-1)!.token}.next`) {
    const entry = readEntry(file);
    if (!entry) return chain;
    // A copied file: the chain must not go round in a circle.
    const known = chain.some(({ token }) => token === entry.token);
    chain.push(known ? { ...entry, token: `${entry.token}-${chain.length}` } : entry);
  }
}

function readEntry(file: string): LockEntry | undefined {
  if (isSpecial(file)) throw new ForeframeError(`${file} is a pipe or a device, not a lock: remove it`);
  try {
    const text = readFileSync(file, 'utf8');
    const { mtimeMs, ino } = statSync(file);
    return { ...parseEntry(text, ino), touched: mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseEntry(text: string, ino: number): Omit<LockEntry, 'touched'> {
  try {
    const { token, ...owner } = JSON.parse(text) as { token: unknown } & ProcessIdentity;
    if (typeof token === 'string' && /^[\w-]+$/.test(token)) return { token, owner };
  } catch {
    // An older foreframe, or a file cut short.
  }
  const token = `unknown-${createHash('sha256').update(`${ino} ${text}`).digest('hex').slice(0, 16)}`;
  const [, pid, host] = /^(\d+) (\S+)\s*$/.exec(text) ?? [];
  return pid && host ? { token, owner: { pid: Number(pid), host } } : { token };
}
