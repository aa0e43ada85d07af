import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { writeError } from './atomicWrite.js';

/**
 * Make a folder and those above it, where they are missing.
 * @returns the topmost folder that was made, as an absolute path; nothing where all were there
 * @throws ForeframeError naming the folder when it cannot be made
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  return mkdir(resolve(path), { recursive: true }).catch((error: unknown) => {
    throw writeError(path, error);
  });
}
