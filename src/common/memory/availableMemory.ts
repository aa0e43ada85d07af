import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseBytes } from './bytes.js';

/** The environment variable that says how much memory may be used, whatever is found. */
export const MEMORY_VARIABLE = 'FOREFRAME_MEMORY';

export interface MemoryOptions {
  /** Where `proc` and `sys` are. */
  readonly root?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
}

/**
 * Bytes that this process may still take: what `FOREFRAME_MEMORY` says, or the least of what the machine has left and what the
 * control groups that the process is in have left (containers, batch systems; versions 1 and 2, up to the topmost). Page cache
 * that can be given back counts as free.
 * @throws UsageError when `FOREFRAME_MEMORY` is no amount
 */
export function availableMemory(options: MemoryOptions = {}): number {
  const { root = '/', environment = process.env, platform = process.platform } = options;
  const said = environment[MEMORY_VARIABLE];
  if (said) return parseBytes(said, MEMORY_VARIABLE);
  // macOS counts only unused memory as free, and not what it could release at once.
  if (platform === 'darwin') return totalmem();
  if (platform !== 'linux') return freemem();
  return Math.max(0, Math.min(machineMemory(root), ...groupFolders(root).map(groupMemory)));
}

function machineMemory(root: string): number {
  const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(textOf(join(root, 'proc', 'meminfo')))?.[1];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
}

/** The folders of the process's control groups and of all above them. Inside a container only the topmost may be there. */
function groupFolders(root: string): string[] {
  const lines = textOf(join(root, 'proc', 'self', 'cgroup'))
    .trim()
    .split('\n');
  const folders = lines.flatMap((line) => {
    const [, controllers = '', path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined) return [];
    const mounts =
      controllers === '' ? ['', 'unified'] : controllers.split(',').includes('memory') ? ['memory'] : [];
    return mounts.flatMap((mount) => upwards(join(root, 'sys', 'fs', 'cgroup', mount), path));
  });
  return [...new Set(folders)];
}

function upwards(top: string, path: string): string[] {
  const folders = [];
  for (let folder = resolve(join(top, path)); folder.startsWith(resolve(top)); folder = resolve(folder, '..'))
    folders.push(folder);
  return folders;
}

/** What a group has left; without a limit, no bound. */
function groupMemory(folder: string): number {
  const limit = numberIn(join(folder, 'memory.max')) ?? numberIn(join(folder, 'memory.limit_in_bytes'));
  // Version 1 says "no limit" by a number that no machine has.
  if (limit === undefined || limit > 2 ** 60) return Number.POSITIVE_INFINITY;
  const used =
    numberIn(join(folder, 'memory.current')) ?? numberIn(join(folder, 'memory.usage_in_bytes')) ?? 0;
  const cache = /^(?:total_)?inactive_file (\d+)/m.exec(textOf(join(folder, 'memory.stat')))?.[1] ?? 0;
  return Math.max(0, limit - Math.max(0, used - Number(cache)));
}

function numberIn(path: string): number | undefined {
  const text = textOf(path).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
