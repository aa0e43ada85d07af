import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../src/common/files/packageFolder.js';

/** Memory of a process as the kernel counts it: what is resident now, or was at most. */
export type MemoryField = 'VmRSS' | 'VmHWM';

/**
 * Run a command of foreframe and look at the memory of its process (Linux).
 * @param every milliseconds between two looks
 * @param onLook hears all looks so far, after each
 * @returns what it printed, and MiB at each look while it ran
 * @throws Error when it fails
 */
export function watchedCommand(
  args: readonly string[],
  field: MemoryField,
  every: number,
  onLook?: (sizes: readonly number[]) => void,
): Promise<{ answer: string; sizes: number[] }> {
  const main = join(packageFolder, 'dist/src/cli/main.js');
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const sizes: number[] = [];
  const timer = setInterval(() => {
    const size = sizeOf(child.pid!, field);
    if (size <= 0) return;
    sizes.push(size);
    onLook?.(sizes);
  }, every);
  let answer = '';
  child.stdout.on('data', (chunk) => {
    answer += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      if (code !== 0) return reject(new Error(`foreframe ${args.join(' ')} ended with code ${code}`));
      resolve({ answer, sizes });
    });
  });
}

function sizeOf(pid: number, field: MemoryField): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024;
  } catch {
    // The process ended between two looks.
    return 0;
  }
}
