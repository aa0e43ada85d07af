import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ForeframeError } from '../errors.js';
import { writeError } from '../files/atomicWrite.js';
import { removeLeftovers, temporaryPath } from '../files/temporaryPath.js';
import { wholeFolder } from './wholeFolder.js';

/** What a folder that exists is filled under; no file gets this name. */
const UNFINISHED = 'unfinished';

/**
 * Fill a folder that a person named, which has to be new or empty. A new one is there whole or not at all. An empty one stays the
 * folder that it is, be it a mounted disk, behind a link, or where a shell is: all is written beneath a temporary name in it first.
 * @throws ForeframeError when it holds something or cannot be written; whatever `fill` throws
 */
export async function fillNewFolder(
  out: string,
  fill: (unfinished: string) => void | Promise<void>,
): Promise<void> {
  checkNewFolder(out);
  if (!existsSync(out)) return wholeFolder(out, fill);
  const unfinished = temporaryPath(join(out, UNFINISHED));
  try {
    await mkdir(unfinished);
    await fill(unfinished);
    // Another process may have been there first.
    if (namesIn(out).some((name) => name !== basename(unfinished))) throw notEmpty(out);
    for (const name of namesIn(unfinished)) await rename(join(unfinished, name), join(out, name));
  } catch (error) {
    const system =
      !(error instanceof ForeframeError) && typeof (error as { code?: unknown }).code === 'string';
    throw system ? writeError(out, error) : error;
  } finally {
    await rm(unfinished, { recursive: true, force: true }).catch(() => {});
  }
}

/** @throws ForeframeError when a folder that is to be filled holds something, or is none */
export function checkNewFolder(out: string): void {
  if (!existsSync(out)) return;
  removeLeftovers(out, { of: join(out, UNFINISHED) });
  if (namesIn(out).length > 0) throw notEmpty(out);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw writeError(folder, error);
  }
}

function notEmpty(out: string): ForeframeError {
  return new ForeframeError(`${out} is not empty: name another folder with --out, or empty it`);
}
