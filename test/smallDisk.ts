import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const mount = (folder: string, size: number) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'foreframe-test', folder]).status === 0;

/** Put a file system of so many bytes in the place of a folder. @returns what takes it away */
export function smallDisk(folder: string, size: number): () => void {
  mkdirSync(folder, { recursive: true });
  if (!mount(folder, size)) throw new Error(`cannot mount ${folder}`);
  return () => void spawnSync('umount', ['-l', folder]);
}

/** Whether this user may. */
export const canMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'foreframe-mount-'));
  if (process.platform !== 'linux' || !mount(folder, 4096)) return false;
  spawnSync('umount', ['-l', folder]);
  return true;
})();
