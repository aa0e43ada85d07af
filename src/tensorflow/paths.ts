import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ForeframeError } from '../common/errors.js';

/** The TensorFlow that foreframe is measured with; others of the 2.x line load too. */
export const TENSORFLOW_VERSION = '2.21.0';
/** tfjs and tfjs-node-gpu: one version, because the binding's source and its JavaScript belong together. */
export const TFJS_VERSION = '4.22.0';

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

/**
 * Where native TensorFlow installs live: in the user's cache and not in node_modules, so that every checkout shares one
 * copy of 850 MB, read-only and reinstalled package folders work, and npm may run with install scripts off.
 */
export function nativeFolder(): string {
  return join(cacheFolder(), 'native');
}

/** `2.21.0-cpu-linux-x64-tfjs4.22.0`: everything that a binding depends on. Not Node's version: N-API is stable. */
export function installName(version: string, device: 'cpu' | 'gpu'): string {
  return `${version}-${device}-${process.platform}-${process.arch}-tfjs${TFJS_VERSION}`;
}

/** The folder of foreframe's own package.json, from the sources as well as from `dist`. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'foreframe')
      return folder;
    const parent = dirname(folder);
    if (parent === folder)
      throw new ForeframeError('foreframe is incomplete: its package.json is missing, reinstall it');
    folder = parent;
  }
}
