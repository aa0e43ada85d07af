import { mkdir } from 'node:fs/promises';
import { writeError } from './atomicWrite.js';

/**
 * Make a folder and those above it, where they are missing.
 * @returns the topmost folder that was made; nothing where all were there
 * @throws ForeframeError naming the folder when it cannot be made
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  return mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw writeError(path, error);
  });
}
