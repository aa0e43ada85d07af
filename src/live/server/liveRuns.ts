import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ForeframeError } from '../../common/errors.js';
import { RunFolder } from '../../runs/runFolder.js';
import type { LiveSession } from '../watching/messages.js';
import { settingsOf } from './openSession.js';

/** Where runs are made, in the folder where `foreframe live` was started. */
export const RUNS = 'runs';
/** Those that were written last are listed. */
const MOST_LISTED = 50;
/** Bytes of a checkpoint that are offered: in a browser a larger network is too slow, and long on its way there. */
const MOST_BYTES = { browser: 64 << 20, node: Number.POSITIVE_INFINITY } as const;

/**
 * Names of the runs in `runs` whose networks a page can go on with, those first that were saved last.
 * @param engine what computes
 */
export async function liveRuns(engine: LiveSession['engine']): Promise<string[]> {
  const entries = await readdir(RUNS, { withFileTypes: true }).catch(() => []);
  const found: { readonly name: string; readonly saved: number }[] = [];
  for (const entry of entries) {
    // A run may be a link to another disk.
    const isRun = entry.isDirectory() || entry.isSymbolicLink();
    const saved = isRun ? await savedAt(entry.name, MOST_BYTES[engine]) : undefined;
    if (saved !== undefined) found.push({ name: entry.name, saved });
  }
  return found
    .sort((a, b) => b.saved - a.saved)
    .slice(0, MOST_LISTED)
    .map(({ name }) => name);
}

/** When the run was saved last; nothing where the page cannot go on with it. */
async function savedAt(name: string, mostBytes: number): Promise<number | undefined> {
  const path = join(RUNS, name);
  try {
    const run = await RunFolder.open(path);
    settingsOf(await run.readConfig(), path);
    const checkpoint = run.lastSaved();
    if (checkpoint === undefined) return undefined;
    const { size, mtimeMs } = statSync(checkpoint);
    return size <= mostBytes ? mtimeMs : undefined;
  } catch (error) {
    // A folder that is no run, one that is being written, or one that learned otherwise: it is not offered.
    if (error instanceof ForeframeError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}
