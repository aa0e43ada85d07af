import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ForeframeError } from '../../src/common/errors.js';

export interface Limits {
  readonly seconds: number;
  /** Of memory in use; watched on Linux only. */
  readonly gigabytes: number;
}

/** Run a script in a Node process of its own and hear its lines. @throws ForeframeError when it fails or exceeds a limit. */
export async function limitedProcess(
  script: string,
  args: readonly string[],
  { seconds, gigabytes }: Limits,
  onLine: (line: string) => void,
): Promise<void> {
  const child = spawn(process.execPath, [`--max-old-space-size=${gigabytes * 1024}`, script, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let reason: string | undefined;
  const stop = (why: string) => {
    reason = why;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => stop(`took more than ${seconds} s`), seconds * 1000);
  const watch = setInterval(() => {
    if (child.pid !== undefined && residentGigabytes(child.pid) > gigabytes)
      stop(`took more than ${gigabytes} GB`);
  }, 500);
  const lines = createInterface({ input: child.stdout });
  lines.on('line', onLine);
  const [code] = await Promise.all([
    new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve)),
    new Promise<void>((resolve) => lines.once('close', resolve)),
  ]).finally(() => {
    clearTimeout(timer);
    clearInterval(watch);
  });
  if (reason ?? code !== 0)
    throw new ForeframeError(
      `${[script, ...args].join(' ')} ${reason ?? `ended with ${code ?? 'a signal'}`}`,
    );
}

function residentGigabytes(pid: number): number {
  try {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return (Number(pages) * 4096) / 2 ** 30;
  } catch {
    return 0;
  }
}
