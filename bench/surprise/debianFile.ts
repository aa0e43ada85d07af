import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ForeframeError, messageOf } from '../../src/common/errors.js';
import { writeError } from '../../src/common/files/atomicWrite.js';
import { cacheFolder } from '../../src/common/files/cacheFolder.js';
import { makeFolder } from '../../src/common/files/makeFolder.js';
import { removeLeftovers, temporaryPath } from '../../src/common/files/temporaryPath.js';

const execute = promisify(execFile);

/**
 * A file out of a package of Debian, in the user's cache; fetched when it is not there yet, with Debian's own client, which checks what
 * it fetches. Nothing is installed, and the package's scripts never run.
 * @param path of the file in the package
 * @throws ForeframeError in one line, with apt's reason
 */
export async function debianFile(
  name: string,
  path: string,
  onNote: (note: string) => void,
): Promise<string> {
  const file = join(cacheFolder(), 'debian', name, basename(path));
  if (existsSync(file)) return file;
  onNote(`fetching the package ${name} with apt-get, once`);
  const parent = dirname(file);
  await makeFolder(parent);
  const hidden = join(parent, '.fetch');
  removeLeftovers(parent, { of: hidden });
  const work = temporaryPath(hidden);
  await mkdir(work).catch((error: unknown) => {
    throw writeError(parent, error);
  });
  try {
    await run('apt-get', ['download', '-qq', name], work);
    const archive = (await readdir(work)).find((entry) => entry.endsWith('.deb'));
    if (archive === undefined) throw new ForeframeError(`apt-get wrote no package ${name}`);
    await run('dpkg', ['-x', archive, 'unpacked'], work);
    await rename(join(work, 'unpacked', path), file).catch((error: unknown) => {
      throw new ForeframeError(`the package ${name} holds no ${path}: ${messageOf(error)}`, { cause: error });
    });
    return file;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function run(program: string, args: readonly string[], folder: string): Promise<void> {
  await execute(program, args, { cwd: folder }).catch((error: unknown) => {
    const { code, stderr = '' } = error as NodeJS.ErrnoException & { stderr?: string };
    const said = stderr.split('\n').find((line) => line.startsWith('E: ')) ?? stderr.split('\n')[0];
    throw new ForeframeError(
      code === 'ENOENT'
        ? `there is no ${program} on this machine`
        : `${program} ${args.join(' ')}: ${said?.replace(/^E: /, '') || messageOf(error)} (after \`apt-get update\` it may be there)`,
      { cause: error },
    );
  });
}
