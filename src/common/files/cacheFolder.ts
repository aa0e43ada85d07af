import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The per-user folder for large files that can be downloaded or made again: `FOREFRAME_CACHE`, else the platform's
 * cache folder.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.FOREFRAME_CACHE) return resolve(env.FOREFRAME_CACHE);
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'foreframe');
  if (process.platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'foreframe');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'foreframe');
}
