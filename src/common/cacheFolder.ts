import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The per-user folder for what is large, downloaded and can be had again: `FOREFRAME_CACHE`, else the platform's
 * cache folder.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.FOREFRAME_CACHE) return resolve(env.FOREFRAME_CACHE);
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'foreframe');
  if (process.platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'foreframe');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'foreframe');
}
