import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ForeframeError } from '../common/errors.js';
import { unpackNpmPackage } from '../common/npmPackage.js';
import { packageFolder } from '../common/packageFolder.js';
import { TFJS_VERSION } from './paths.js';
import type { OnSetupProgress } from './setupProgress.js';

// sources.ts unpacks TensorFlow's own tarball with it.

const PACKAGE = '@tensorflow/tfjs-node-gpu';

/**
 * The folder of @tensorflow/tfjs-node-gpu as Node resolves it from foreframe, or undefined. One of another version, or one
 * in a folder above that brings a tfjs of its own, does not count: its kernels would register with the wrong tfjs.
 */
export function findTfjsNode(root = packageFolder): string | undefined {
  // A fresh resolver each time: set-up may have just put the package there.
  const manifest = resolveFrom(root, `${PACKAGE}/package.json`);
  if (!manifest) return undefined;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const folder = dirname(manifest);
  const shared = resolveFrom(folder, '@tensorflow/tfjs') === resolveFrom(root, '@tensorflow/tfjs');
  return version === TFJS_VERSION && shared ? folder : undefined;
}

function resolveFrom(folder: string, request: string): string | undefined {
  try {
    return createRequire(join(folder, 'package.json')).resolve(request);
  } catch {
    return undefined;
  }
}

/**
 * The folder of @tensorflow/tfjs-node-gpu; fetched with `npm pack` when npm left it out. That happens where install
 * scripts are on: the package's own script downloads an old library, fails behind a firewall, and npm silently drops an
 * optional package whose script failed. It goes into foreframe's own node_modules, because it must share the one
 * `@tensorflow/tfjs` that foreframe resolves from there; only its JavaScript and the binding's source are used.
 * @param root foreframe's package folder.
 */
export async function ensureTfjsNode(onProgress: OnSetupProgress, root = packageFolder): Promise<string> {
  const found = findTfjsNode(root);
  if (found) return found;
  const wanted = `${PACKAGE}@${TFJS_VERSION}`;
  onProgress({ phase: 'note', message: `npm left out ${wanted} (its install script failed): fetching it` });
  const target = join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  await mkdir(dirname(target), { recursive: true }).catch((error: unknown) => {
    throw new ForeframeError(
      `cannot add ${wanted} to ${dirname(target)}: run npm install with --ignore-scripts`,
      {
        cause: error,
      },
    );
  });
  await unpackNpmPackage(wanted, target);
  return target;
}
