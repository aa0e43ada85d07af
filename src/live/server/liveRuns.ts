import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ForeframeError } from '../../common/errors.js';
import { RunFolder } from '../../runs/runFolder.js';
import { settingsOf } from './openSession.js';

/** Where runs are made, in the folder where `foreframe live` was started. */
export const RUNS = 'runs';
/** Those that were written last are listed. */
const MOST_LISTED = 50;
/** Bytes of a checkpoint: a larger network is too slow for a browser, and long on its way there. */
const MOST_BYTES = 64 << 20;

/** Names of the runs in `runs` whose networks a page can go on with, those first that were saved last. */
export async function liveRuns(): Promise<string[]> {
  const entries = await readdir(RUNS, { withFileTypes: true }).catch(() => []);
  const found: { readonly name: string; readonly saved: number }[] = [];
  for (const entry of entries) {
    const saved = entry.isDirectory() ? await savedAt(entry.name) : undefined;
    if (saved !== undefined) found.push({ name: entry.name, saved });
  }
  return found
    .sort((a, b) => b.saved - a.saved)
    .slice(0, MOST_LISTED)
    .map(({ name }) => name);
}

/** When the run was saved last; nothing where the page cannot go on with it. */
async function savedAt(name: string): Promise<number | undefined> {
  const path = join(RUNS, name);
  try {
    const run = await RunFolder.open(path);
    settingsOf(await run.readConfig(), path);
    const checkpoint = run.lastSaved();
    if (checkpoint === undefined) return undefined;
    const { size, mtimeMs } = statSync(checkpoint);
    return size <= MOST_BYTES ? mtimeMs : undefined;
  } catch (error) {
    // A folder that is no run, one that is being written, or one that learned otherwise: it is not offered.
    if (error instanceof ForeframeError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}
