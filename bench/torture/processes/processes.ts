import { existsSync, readdirSync, readFileSync } from 'node:fs';

// What /proc says about processes: nothing of it exists outside Linux, where the checks that need it find nothing.

/** In the environment of everything that a case starts, so that what outlives the case can be found. */
export const MARK = 'FOREFRAME_TORTURE_CASE';

/** Processes that carry this mark, but for `except`: those that are dead and only wait for their parent do not count. */
export function marked(mark: string, except: readonly number[] = []): number[] {
  const wanted = `${MARK}=${mark}\0`;
  return pids().filter((pid) => {
    if (except.includes(pid) || !read(`/proc/${pid}/environ`).includes(wanted)) return false;
    return !/^State:\s+[ZX]/m.test(read(`/proc/${pid}/status`));
  });
}

/** The children of a process. */
export function children(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/** A process and all below it. */
export function family(pid: number): number[] {
  return [pid, ...children(pid).flatMap(family)];
}

/** Bytes that a process holds in memory; 0 when it is gone. */
export function residentBytes(pid: number): number {
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** How a process was called, for a report. */
export function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).split('\0').join(' ').slice(0, 120);
}

export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone meanwhile.
    }
  }
}

function pids(): number[] {
  return existsSync('/proc/self') ? readdirSync('/proc').map(Number).filter(Boolean) : [];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
