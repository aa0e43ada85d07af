import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Mount a file system of so many kilobytes in memory. Gives a line when this machine does not permit it. */
export function mountTmpfs(folder: string, kilobytes: number): string | undefined {
  return mount(['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'foreframe-torture', folder]);
}

/** Make a mounted one larger, or smaller. */
export function resizeTmpfs(folder: string, kilobytes: number): string | undefined {
  return mount(['-o', `remount,size=${kilobytes}k`, folder]);
}

/** Unmount whatever is mounted in or below a folder. */
export function unmountBelow(folder: string): void {
  let mounts = '';
  try {
    mounts = readFileSync('/proc/mounts', 'utf8');
  } catch {
    return;
  }
  for (const [, place] of mounts.split('\n').map((line) => line.split(' ')))
    if (place === folder || place?.startsWith(`${folder}/`)) spawnSync('umount', ['-l', place]);
}

function mount(args: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status === 0) return undefined;
  return `a small file system cannot be mounted here: ${error?.message ?? stderr.trim().split('\n')[0]}`;
}
