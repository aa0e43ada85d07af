import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ForeframeError } from '../../common/errors.js';
import { writeError } from '../../common/files/atomicWrite.js';
import { makeFolder } from '../../common/files/makeFolder.js';
import { FileLock } from '../../common/locks/fileLock.js';
import { EVENT_COLUMNS } from './eventsCsv.js';

/** The file by which a folder is known: it is the first one that is written there. */
export const EVENTS_FILE = 'events.csv';
const LOCK = '.lock';

/**
 * Takes a folder for the files of a watched video: it has to be new, empty, or one of an earlier run of this command, whose files
 * are written anew.
 * @throws ForeframeError when it holds something else, another process writes there, or it cannot be written
 */
export async function takeWatchFolder(folder: string): Promise<FileLock> {
  await makeFolder(folder);
  checkOwn(folder);
  const taken = FileLock.take(join(folder, LOCK));
  if (taken instanceof FileLock) return taken;
  throw new ForeframeError(`${folder} is being written by ${taken.description}: ${taken.advice}`);
}

function checkOwn(folder: string): void {
  const other = namesIn(folder).find((name) => !name.startsWith('.'));
  if (other === undefined || isOwn(join(folder, EVENTS_FILE))) return;
  throw new ForeframeError(
    `${folder} holds other things than those that this command writes, such as ${other}: name another folder with --out`,
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw writeError(folder, error);
  }
}

/** An empty one is left by a process that was killed as it began. */
function isOwn(events: string): boolean {
  try {
    const text = readFileSync(events, 'utf8');
    return text === '' || text.startsWith(`${EVENT_COLUMNS}\n`);
  } catch {
    return false;
  }
}
