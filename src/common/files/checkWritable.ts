import { statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { writeError } from './atomicWrite.js';
import { temporaryPath } from './temporaryPath.js';

/**
 * Asked before long work whose answer is to be written to `path`, by making a file beside it.
 * @throws ForeframeError, code `not-writable` or `disk-full`, when it could not be
 */
export async function checkWritable(path: string): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw Object.assign(new Error(), { code: 'EISDIR' });
    await (await open(temporary, 'wx')).close();
  } catch (error) {
    throw writeError(path, error);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}
