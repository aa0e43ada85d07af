import { dirname } from 'node:path';
import { makeFolder } from '../../common/files/makeFolder.js';
import { withLock as withFileLock } from '../../common/locks/withLock.js';

/**
 * Run `work` while holding the lock file `path`, so that two set-ups share one download. It saves work, it does not guard
 * correctness: that is the rename at the end of a set-up.
 * @param onWait called once with the holder's process id when another process is at work.
 */
export async function withLock<T>(
  path: string,
  onWait: (holder: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  await makeFolder(dirname(path));
  return withFileLock(path, ({ pid }) => onWait(pid > 0 ? String(pid) : 'unknown'), work);
}
