import type { Dirent } from 'node:fs';
import { join } from 'node:path';

/** The path of an entry of `readdir` with `recursive`: Node before 20.12 knows its folder as `path` only, later ones only as `parentPath`. */
export function entryPath(entry: Pick<Dirent, 'name' | 'path' | 'parentPath'>): string {
  return join(entry.parentPath ?? entry.path, entry.name);
}
