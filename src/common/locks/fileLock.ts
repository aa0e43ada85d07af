import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fdatasync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  write,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ForeframeError } from '../errors.js';
import { writeError } from '../files/atomicWrite.js';
import { livenessOf, thisProcess } from '../files/processIdentity.js';
import { type LockEntry, lockText, readChain } from './lockEntry.js';

/** The holder touches its lock this often. A lock untouched for `STALE_MS` whose holder cannot be checked is free. */
const HEARTBEAT_MS = 5_000;
export const STALE_MS = 30_000;

/** Attempts to take over a lock before giving up. */
const MOST_TRIES = 1_000;

/** The holder of a lock that is taken. */
export interface LockHolder {
  readonly pid: number;
  /** In words: who it is, and when it last gave a sign of life. */
  readonly description: string;
  /** What to do about it, in words. */
  readonly advice: string;
}

/**
 * A lock file. Any process that dies loses it: at once where that can be known, after `STALE_MS` without a sign of life where
 * the holder is of another container or host.
 *
 * Whoever takes over from a holder first makes a claim, a file named after the token of that holder's lock, which only one can
 * make, ever; then it renames its claim over the lock. A claim whose maker died is taken over in the same way: the holder is the
 * last of a chain of claims. All appear with their content, as links to a file that was written before.
 */
export class FileLock {
  readonly #beat: NodeJS.Timeout;
  readonly #file: number;
  readonly #releaseAtExit = () => this.release();
  #held = true;

  private constructor(
    readonly path: string,
    readonly token: string,
  ) {
    this.#file = openSync(path, 'r+');
    const end = lockText(token).length - 1;
    // A write and not a time of our own: whoever compares must not depend on two clocks.
    const beat = () => write(this.#file, '\n', end, 'utf8', () => fdatasync(this.#file, () => {}));
    this.#beat = setInterval(beat, HEARTBEAT_MS).unref();
    process.once('exit', this.#releaseAtExit);
  }

  /**
   * Take the lock `path`, or say who holds it.
   * @throws ForeframeError when its folder cannot be written
   */
  static take(path: string): FileLock | LockHolder {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const taken = attempt(path);
      if (taken !== 'again') return typeof taken === 'string' ? new FileLock(path, taken) : taken;
    }
    throw new ForeframeError(
      `${path} is a lock that cannot be read: remove it if no other process is using it`,
    );
  }

  /** Whether somebody holds the lock `path`, as far as can be seen without trying to take it. */
  static isHeld(path: string): boolean {
    try {
      return FileLock.holder(path) !== undefined;
    } catch (error) {
      // Beneath a file there is no lock. Otherwise something else stands in its place, which nobody can take.
      return (error as NodeJS.ErrnoException).code !== 'ENOTDIR';
    }
  }

  /** The token of whoever holds the lock `path`, as far as can be seen. @throws Error where something else stands in its place */
  static holder(path: string): string | undefined {
    const last = readChain(path).at(-1);
    if (!last) return undefined;
    const liveness = last.owner ? livenessOf(last.owner) : 'unknown';
    const held = liveness === 'alive' || (liveness === 'unknown' && Date.now() - last.touched <= STALE_MS);
    return held ? last.token : undefined;
  }

  /** Call before writing anything that the lock guards. @throws ForeframeError when another process has taken over */
  check(what: string): void {
    const mine = this.#held && readChain(this.path);
    if (mine && mine.length === 1 && mine[0]!.token === this.token) return;
    const other = mine ? mine.at(-1)?.owner : undefined;
    throw new ForeframeError(
      other
        ? `${what} was taken over by process ${other.pid} on ${other.host} while this process did not respond: stopped without writing`
        : `${what} was removed or taken over while it was being written: stopped without writing`,
    );
  }

  /** Releases the lock. Does nothing when another process holds it by now. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    clearInterval(this.#beat);
    process.off('exit', this.#releaseAtExit);
    closeSync(this.#file);
    const claim = claimOn(this.path, this.token);
    // With a claim on its own lock, no other process can take over between the check and the removal.
    if (!claimToRelease(this.path, claim)) return;
    if (readChain(this.path)[0]?.token === this.token) rmSync(this.path, { force: true });
    rmSync(claim, { force: true });
  }
}

/** A second name of the lock takes no space, so it can be released on a full disk. @returns whether no other process has a claim */
function claimToRelease(path: string, claim: string): boolean {
  try {
    linkSync(path, claim);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The lock was removed together with its folder: nothing to release.
    if (code === 'EEXIST' || code === 'ENOENT') return false;
  }
  // A file system without links.
  try {
    writeFileSync(claim, lockText(randomUUID()), { flag: 'wx' });
    return true;
  } catch (error) {
    // The disk is full: the empty file still is a claim.
    return (error as NodeJS.ErrnoException).code === 'ENOSPC';
  }
}

/** @returns the token of the lock that was taken, or its holder */
function attempt(path: string): string | 'again' | LockHolder {
  const token = randomUUID();
  const own = `${path}.${token}.new`;
  try {
    writeFileSync(own, lockText(token), { flag: 'wx' });
  } catch (error) {
    // On a full disk there is an empty file of that name.
    rmSync(own, { force: true });
    throw writeError(path, error);
  }
  try {
    if (appear(own, path, token)) return token;
    const chain = readChain(path);
    const last = chain.at(-1);
    if (!last) return 'again';
    const age = statSync(own).mtimeMs - last.touched;
    const liveness = last.owner ? livenessOf(last.owner) : 'unknown';
    if (liveness === 'alive' || (liveness === 'unknown' && age <= STALE_MS))
      return holder(last, liveness, age);
    return takeOver(path, own, token, chain) ? token : 'again';
  } catch (error) {
    // A new holder clears away what it finds, and takes the unfinished attempts of others with it.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && existsSync(dirname(path))) return 'again';
    throw error instanceof ForeframeError ? error : writeError(path, error);
  } finally {
    rmSync(own, { force: true });
  }
}

function takeOver(path: string, own: string, token: string, chain: readonly LockEntry[]): boolean {
  const claim = claimOn(path, chain.at(-1)!.token);
  if (!appear(own, claim, token)) return false;
  // The lock that was checked may be gone by now, and the claim then claims nothing.
  if (readChain(path).at(-1)?.token !== token) {
    rmSync(claim, { force: true });
    return false;
  }
  renameSync(claim, path);
  sweep(path, token);
  return true;
}

/** Gives `own` the name `name`, with its content, unless that name exists. */
function appear(own: string, name: string, token: string): boolean {
  try {
    linkSync(own, name);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'ENOENT' || code === 'ENOSPC' || code === 'EACCES') throw error;
  }
  // A file system without links: there is an instant at which the file is empty, which counts as an unknown holder.
  try {
    writeFileSync(name, lockText(token), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    rmSync(name, { force: true });
    throw error;
  }
}

/** Removes claims and attempts of processes that died. A living process tries again. */
function sweep(path: string, token: string): void {
  for (const name of readdirSync(dirname(path)))
    if (isLockLeftover(name, basename(path)) && !name.includes(token))
      rmSync(join(dirname(path), name), { force: true });
}

/** Whether a file belongs to the lock `lock` beside it without being the lock. */
export function isLockLeftover(name: string, lock: string): boolean {
  return name.startsWith(`${lock}.`) && /\.(new|next)$/.test(name);
}

function claimOn(path: string, token: string): string {
  return `${path}.${token}.next`;
}

function holder({ owner }: LockEntry, liveness: 'alive' | 'unknown', age: number): LockHolder {
  const seconds = (ms: number) => `${Math.max(0, Math.ceil(ms / 1000))} s`;
  const who = owner
    ? `process ${owner.pid}${owner.host === thisProcess().host ? '' : ` on ${owner.host}`}`
    : 'another process';
  if (liveness === 'alive')
    return { pid: owner!.pid, description: who, advice: 'wait until it ends, or stop it' };
  return {
    pid: owner?.pid ?? 0,
    description: `${who}${owner ? ` (${placeText(owner)})` : ''}, whose last sign of life came ${seconds(age)} ago`,
    advice: `wait until it ends; if it was killed, run this again in ${seconds(STALE_MS - age + 1000)}`,
  };
}

function placeText({ host }: { host: string }): string {
  return host === thisProcess().host
    ? 'of another container or an earlier start of this machine'
    : `host ${host}`;
}
