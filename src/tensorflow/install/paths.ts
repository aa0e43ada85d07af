import { join } from 'node:path';
import { cacheFolder } from '../../common/files/cacheFolder.js';
/** The TensorFlow that foreframe is measured with; others of the 2.x line load too. */
export const TENSORFLOW_VERSION = '2.21.0';
/** tfjs and tfjs-node-gpu: one version, because the binding's source and its JavaScript belong together. */
export const TFJS_VERSION = '4.22.0';

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
