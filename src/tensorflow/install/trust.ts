import { lstatSync, readdirSync, readFileSync, realpathSync, type Stats } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { ForeframeError } from '../../common/errors.js';
import { entryPath } from '../../common/files/entryPath.js';

/**
 * Native code and the JavaScript beside it run with all rights of the user: refuse to load what another user could have
 * written. Looks at who owns and who may write `folder`, everything in it and every folder above it; links are followed.
 * Only owner and mode count (access lists are not looked at); Windows is not checked.
 * @throws ForeframeError naming the first path that another user may write, and what to do
 */
export function checkNobodyElseWrites(folder: string): void {
  checkNobodyElseReplaces(folder);
  for (const path of everythingIn(realpathSync(folder))) check(path);
}

/**
 * The same for `folder` and the folders above it alone, before something is put there.
 * @throws ForeframeError naming the first path that another user may write, and what to do
 */
export function checkNobodyElseReplaces(folder: string): void {
  const real = realpathSync(folder);
  for (const path of [...foldersAbove(folder), ...foldersAbove(real), real]) check(path);
}

function check(path: string): void {
  const reason = process.geteuid === undefined ? undefined : whoElseMayWrite(path);
  if (!reason) return;
  throw new ForeframeError(
    `${path} ${reason}: foreframe loads no native code that another user could have written; if you trust what is in ` +
      `there, run \`chown -R ${userInfo().username} ${path} && chmod -R go-w ${path}\`; else set FOREFRAME_CACHE to a folder of your own`,
  );
}

function foldersAbove(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...foldersAbove(parent), parent];
}

function everythingIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map(entryPath);
}

function whoElseMayWrite(path: string): string | undefined {
  const found = lstatSync(path);
  if (found.uid !== process.geteuid!() && found.uid !== 0) return `belongs to another user (${found.uid})`;
  // A link's own mode means nothing: its target is checked separately.
  if (found.isSymbolicLink()) return undefined;
  const mode = (found.mode & 0o777).toString(8);
  // In a sticky folder such as /tmp users cannot replace files of others; its contents are checked separately.
  if (found.isDirectory() && found.mode & 0o1000) return undefined;
  if (found.mode & 0o002) return `may be written by every user (mode ${mode})`;
  if (found.mode & 0o020 && !isOwnGroup(found)) return `may be written by its group (mode ${mode})`;
  return undefined;
}

/** Many systems give each user a private group of the same name, and make files writable by it. */
function isOwnGroup({ gid }: Stats): boolean {
  if (gid !== process.getegid!()) return false;
  try {
    const lines = readFileSync(join('/etc', 'group'), 'utf8').split('\n');
    const [name, , , members] =
      lines.map((line) => line.split(':')).find(([, , id]) => id === String(gid)) ?? [];
    const own = userInfo().username;
    return name === own && (members === '' || members === own);
  } catch {
    return false;
  }
}
