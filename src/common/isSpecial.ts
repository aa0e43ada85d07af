import { statSync } from 'node:fs';

/** Whether `path` is a pipe, a socket or a device: whoever reads one to its end may wait for ever. */
export function isSpecial(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}
