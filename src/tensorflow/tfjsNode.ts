import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ForeframeError } from '../common/errors.js';
import { packageFolder } from '../common/packageFolder.js';
import { lastError, runCommand } from './command.js';
import { TFJS_VERSION } from './paths.js';
import type { OnSetupProgress } from './setupProgress.js';

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
  const scope = join(root, 'node_modules', '@tensorflow');
  const target = join(scope, 'tfjs-node-gpu');
  await mkdir(scope, { recursive: true }).catch((error: unknown) => {
    throw new ForeframeError(`cannot add ${wanted} to ${scope}: run npm install with --ignore-scripts`, {
      cause: error,
    });
  });
  const work = await mkdtemp(join(scope, '.fetch-'));
  try {
    await unpackFromRegistry(wanted, work);
    await rename(join(work, 'package'), target).catch(async (error) => {
      // Another set-up was quicker: its copy is as good.
      if (!existsSync(join(target, 'package.json'))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return target;
}

async function unpackFromRegistry(wanted: string, work: string): Promise<void> {
  const npmScript = process.env.npm_execpath;
  const [program, ...first] = npmScript?.endsWith('npm-cli.js') ? [process.execPath, npmScript] : ['npm'];
  const pack = await runCommand(
    program!,
    [...first, 'pack', wanted, '--pack-destination', work, '--silent'],
    { cwd: work },
  );
  const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz'));
  if (pack.status !== 0 || !tarball)
    throw new ForeframeError(`npm could not fetch ${wanted}: ${lastError(pack.output)}`);
  await unpackTar(join(work, tarball), work);
}

/** Unpack a .tar.gz with the system's tar (Linux, macOS and Windows have one); gzip's own checksum guards the content. */
export async function unpackTar(tarball: string, folder: string): Promise<void> {
  const result = await runCommand('tar', ['-xzf', tarball, '-C', folder]);
  if (result.status !== 0) throw new ForeframeError(`cannot unpack ${tarball}: ${lastError(result.output)}`);
}
