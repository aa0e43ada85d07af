import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ForeframeError } from '../common/errors.js';
import { makeFolder } from '../common/files/makeFolder.js';
import { FileLock } from '../common/locks/fileLock.js';
import { readMetrics } from './metricsLog.js';
import { RunFolder } from './runFolder.js';
import {
  type FolderState,
  folderState,
  MARKER,
  RUN_FOLDERS,
  RUN_LOCK,
  removeEmptyFolders,
  removeIfEmpty,
  removeRunFiles,
  removeRunLeftovers,
} from './runManifest.js';

export interface ClaimOptions {
  /** Continue the existing run, if there is one. */
  readonly resume?: boolean;
  /** Replace the existing run. */
  readonly overwrite?: boolean;
}

/** A run folder that this process alone may write. */
export interface ClaimedRun {
  readonly lock: FileLock;
  /** The run to continue. */
  readonly existing?: RunFolder;
  /**
   * After a failure: removes what this start made. A run that has weights or has logged steps stays.
   */
  abandon(): void;
  release(): void;
}

/**
 * Claims a run folder for writing; it is made where it is missing.
 * @throws ForeframeError when it holds another run or something else, another process writes in it, or it cannot be written
 */
async function claimRun(path: string, { resume = false, overwrite }: ClaimOptions): Promise<ClaimedRun> {
  const goesOn = (state: FolderState) => resume && state.kind === 'run' && state.configured;
  const look = () => {
    const state = folderState(path);
    if (!goesOn(state)) RunFolder.checkFree(path, { overwrite });
    return state;
  };
  look();
  const before = RUN_FOLDERS.filter((name) => existsSync(join(path, name)));
  const { lock, made } = await takeFolder(path);
  const removeMade = () => {
    for (let folder = resolve(path); made && folder.startsWith(made); folder = dirname(folder))
      if (!removeIfEmpty(folder)) return;
  };
  try {
    // Again: another process may have been at work until now.
    const state = look();
    const existing = goesOn(state) ? await RunFolder.open(path) : undefined;
    if (existing) await existing.reopen(lock);
    else removeRunLeftovers(path);
    return {
      lock,
      existing,
      abandon: () => {
        if (!existing) removeNothing(path, before);
        lock.release();
        if (existing) return;
        removeMade();
        if (state.kind === 'run') removeIfEmpty(path);
      },
      release: () => lock.release(),
    };
  } catch (error) {
    lock.release();
    removeMade();
    throw error;
  }
}

/**
 * Does work in a claimed run folder. The folder is claimed before TensorFlow is loaded, so that a wrong one is refused at once.
 * @throws what `claimRun` throws; when the work fails early, what this start made is removed
 */
export async function inClaimedRun<T>(
  path: string,
  options: ClaimOptions,
  work: (claim: ClaimedRun) => Promise<T>,
): Promise<T> {
  const claim = await claimRun(path, options);
  try {
    return await work(claim);
  } catch (error) {
    claim.abandon();
    throw error;
  } finally {
    claim.release();
  }
}

/** Whether a new run that may choose its folder leaves this one alone; one that a failed start left is taken. */
export function isTaken(path: string): boolean {
  const state = folderState(path);
  if (state.kind === 'missing') return false;
  if (state.kind === 'foreign' || FileLock.isHeld(join(path, RUN_LOCK))) return true;
  return state.kind === 'run' && (state.trained || hasLogged(join(path, 'metrics.jsonl')));
}

/** Removes what a failed start wrote; folders that were there `before` stay. */
function removeNothing(path: string, before: readonly string[]): void {
  const state = folderState(path);
  if (state.kind !== 'run' || state.trained || hasLogged(join(path, 'metrics.jsonl'))) return;
  removeRunFiles(path, state.files);
  removeEmptyFolders(path, before);
  removeRunFiles(path, [MARKER]);
  removeRunLeftovers(path);
}

function hasLogged(metrics: string): boolean {
  try {
    return readMetrics(metrics).length > 0;
  } catch {
    // Something is in it.
    return true;
  }
}

/** @returns the lock, and the topmost folder that had to be made for it */
async function takeFolder(path: string): Promise<{ lock: FileLock; made: string | undefined }> {
  for (let tries = 1; ; tries++) {
    const made = await makeFolder(path);
    try {
      const taken = FileLock.take(join(path, RUN_LOCK));
      if (taken instanceof FileLock) return { lock: taken, made };
      throw new ForeframeError(`${path} is being written by ${taken.description}: ${taken.advice}`);
    } catch (error) {
      // A failed start may remove the folder at this moment.
      if (existsSync(path) || tries === 10) throw error;
    }
  }
}
