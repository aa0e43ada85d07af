import { readFileSync, realpathSync } from 'node:fs';
import { cp, rename } from 'node:fs/promises';
import Module, { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { messageOf } from '../../common/errors.js';
import { unpackNpmPackage } from '../../common/files/npmPackage.js';
import { packageFolder } from '../../common/files/packageFolder.js';
import { wholeFolder } from '../../common/locks/wholeFolder.js';
import { nativeFolder, TFJS_VERSION } from './paths.js';
import type { OnSetupProgress } from './setupProgress.js';

const PACKAGE = '@tensorflow/tfjs-node-gpu';

/** foreframe's own copy of the package, beside native TensorFlow in the user's cache: npm prunes only node_modules. */
function keptFolder(): string {
  return join(nativeFolder(), `tfjs-node-gpu-${TFJS_VERSION}`);
}

/**
 * The folder of @tensorflow/tfjs-node-gpu: foreframe's copy in the cache, else what npm installed, or undefined. A package
 * of another version does not count: its kernels would register with the wrong tfjs.
 * @param root foreframe's package folder
 */
export function findTfjsNode(root = packageFolder): string | undefined {
  return isRightVersion(keptFolder()) ? keptFolder() : installedByNpm(root);
}

function installedByNpm(root: string): string | undefined {
  // A fresh resolver each time: npm may have just put the package there.
  const manifest = resolveFrom(root, `${PACKAGE}/package.json`);
  const folder = manifest && dirname(manifest);
  return folder && isRightVersion(folder) ? folder : undefined;
}

function isRightVersion(folder: string): boolean {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return version === TFJS_VERSION;
  } catch {
    return false;
  }
}

function resolveFrom(folder: string, request: string): string | undefined {
  try {
    return createRequire(join(folder, 'package.json')).resolve(request);
  } catch {
    return undefined;
  }
}

/**
 * The folder of @tensorflow/tfjs-node-gpu, kept in the cache from now on: copied from node_modules, or fetched with
 * `npm pack` when npm left it out. npm leaves it out where install scripts are on: the package's own script downloads an
 * old library, fails behind a firewall, and npm silently drops an optional package whose script failed. Put back into
 * node_modules it would be gone with the next `npm install`. Only its JavaScript and the binding's source are used.
 * @param root foreframe's package folder
 * @throws ForeframeError with npm's reason when it cannot be fetched
 */
export async function ensureTfjsNode(onProgress: OnSetupProgress, root = packageFolder): Promise<string> {
  const kept = keptFolder();
  if (isRightVersion(kept)) return kept;
  const installed = installedByNpm(root);
  if (!installed) {
    const wanted = `${PACKAGE}@${TFJS_VERSION}`;
    onProgress({ phase: 'note', message: `npm left out ${wanted} (its install script failed): fetching it` });
    await unpackNpmPackage(wanted, kept);
    return kept;
  }
  try {
    await keepCopy(installed, kept);
    return kept;
  } catch (error) {
    // A cache that only others may write still works, as long as npm keeps the package.
    onProgress({ phase: 'note', message: `${PACKAGE} is not kept in the cache: ${messageOf(error)}` });
    return installed;
  }
}

/** A complete copy or none. When two processes copy at once, both use the one that is complete first. */
function keepCopy(from: string, to: string): Promise<void> {
  const copy = async (unfinished: string) => {
    for (const part of ['package.json', 'binding', 'dist'])
      await cp(join(from, part), join(unfinished, part), { recursive: true, dereference: true });
  };
  return wholeFolder(to, copy, (unfinished) =>
    rename(unfinished, to).catch((error: unknown) => {
      if (!isRightVersion(to)) throw error;
    }),
  );
}

type Requiring = { readonly filename?: string } | undefined;

interface LoadingModule {
  _resolveFilename(request: string, parent: Requiring, ...more: unknown[]): string;
  _load(request: string, parent: Requiring, ...more: unknown[]): unknown;
}

/** What the backend requires for TensorBoard's histograms alone, which foreframe does not use: it needs the package google-protobuf. */
const UNUSED = { request: './proto/api_pb', by: `${sep}nodejs_kernel_backend.js` };

/**
 * Require files of @tensorflow/tfjs-node-gpu. What it asks for by name (`@tensorflow/tfjs`) is found from foreframe,
 * wherever the package lies: its kernels have to register with the one tfjs that foreframe uses.
 * @param folder the package's folder, of `findTfjsNode`
 * @param files paths below it
 * @returns what each file exports
 */
export function requireTfjsNode(folder: string, ...files: string[]): unknown[] {
  const modules = Module as unknown as LoadingModule;
  const { _resolveFilename: resolve, _load: load } = modules;
  const ours = createRequire(join(packageFolder, 'package.json'));
  const theirs = createRequire(ours.resolve('@tensorflow/tfjs'));
  // Node names a module by its real path, wherever links led to it.
  const inside = realpathSync(folder) + sep;
  const isTheirs = (parent: Requiring) => parent?.filename?.startsWith(inside) ?? false;
  modules._resolveFilename = function (request, parent, ...more) {
    if (!/^(@tensorflow\/|google-protobuf$)/.test(request) || !isTheirs(parent))
      return resolve.call(this, request, parent, ...more);
    return (request === '@tensorflow/tfjs-core' ? theirs : ours).resolve(request);
  };
  modules._load = function (request, parent, ...more) {
    const isUnused = request === UNUSED.request && isTheirs(parent) && parent?.filename?.endsWith(UNUSED.by);
    return isUnused ? {} : load.call(this, request, parent, ...more);
  };
  try {
    return files.map((file) => ours(join(folder, file)));
  } finally {
    modules._resolveFilename = resolve;
    modules._load = load;
  }
}
