import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nativeFolder, TFJS_VERSION } from './paths.js';

/** A complete native TensorFlow on disk: `lib/` holds the libraries and the binding, `include/` the C headers. */
export interface NativeInstall {
  readonly folder: string;
  /** The library's own version from the smoke test. */
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
  /** Where the libraries came from: a directory, a wheel or an address. */
  readonly source: string;
  readonly platform: string;
  readonly tfjs: string;
  /** Bytes per file, relative to `folder`: a copy that lost some is not complete. */
  readonly files: Readonly<Record<string, number>>;
}

export const INSTALL_FILE = 'install.json';
export const BINDING_FILE = join('lib', 'tfjs_binding.node');
export const THIS_PLATFORM = `${process.platform}-${process.arch}`;

/** All complete installs for this platform, the one to load first. */
export function nativeInstalls(): NativeInstall[] {
  const root = nativeFolder();
  if (!existsSync(root)) return [];
  const named = process.env.FOREFRAME_LIBTENSORFLOW;
  const rank = (install: NativeInstall) =>
    (named && install.source === resolve(named) ? 2 : 0) + (install.device === 'gpu' ? 1 : 0);
  return readdirSync(root)
    .filter((name) => !name.startsWith('.'))
    .map((name) => readInstall(join(root, name)))
    .filter((install) => install !== undefined)
    .sort((a, b) => rank(b) - rank(a) || compareVersions(b.version, a.version));
}

/** The install in `folder` if it is complete and made for this platform and tfjs. */
export function readInstall(folder: string): NativeInstall | undefined {
  try {
    const install = JSON.parse(readFileSync(join(folder, INSTALL_FILE), 'utf8')) as NativeInstall;
    if (install.platform !== THIS_PLATFORM || install.tfjs !== TFJS_VERSION) return undefined;
    const whole = Object.entries(install.files).every(
      ([file, size]) => statSync(join(folder, file)).size === size,
    );
    return whole ? { ...install, folder } : undefined;
  } catch {
    return undefined;
  }
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
