import { statSync } from 'node:fs';

/** Whether `path` is a pipe, a socket or a device: reading one to its end may never finish. */
export function isSpecial(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}
