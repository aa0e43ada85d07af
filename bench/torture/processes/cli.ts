import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageFolder } from '../../../src/common/files/packageFolder.js';
import { family, killAll, MARK, residentBytes } from './processes.js';

export interface CliOutcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** It did not end by itself within its limit. */
  readonly timedOut: boolean;
  /** The guard ended it. */
  readonly overMemory: boolean;
}

export interface CliOptions {
  readonly cwd: string;
  /** Whose case this is: see `MARK`. */
  readonly mark: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly limit?: number;
  /** Bytes that it and its children may hold; a machine that swaps tries nothing. */
  readonly memory?: number;
  /** As the first process of a PID namespace, as a container's is. */
  readonly firstProcess?: boolean;
  /** Receives the process at once. */
  readonly onStart?: (child: ChildProcess) => void;
}

export const MEMORY_GUARD = 4 * 2 ** 30;

export const mainFile = join(packageFolder, 'dist', 'src', 'cli', 'main.js');

/** Run foreframe's command line, the built one, as a person would. */
export function cli(args: readonly string[], options: CliOptions): Promise<CliOutcome> {
  const command = [process.execPath, mainFile, ...args];
  // The outer process only waits: it is the inner one that signals have to reach.
  const whole = options.firstProcess ? ['unshare', '--pid', '--fork', '--mount-proc', ...command] : command;
  return program(whole, options);
}

/** Run any program to its end, with a guard of time and memory over it and its children. */
export function program([file, ...args]: readonly string[], options: CliOptions): Promise<CliOutcome> {
  const { cwd, mark, env, limit = 90, memory = MEMORY_GUARD, onStart } = options;
  return new Promise((done, fail) => {
    const started = performance.now();
    const child = spawn(file!, args, {
      cwd,
      // A group of its own: what is done to it must not reach the campaign.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...env, [MARK]: mark },
    });
    let [stdout, stderr] = ['', ''];
    let [timedOut, overMemory] = [false, false];
    child.stdout.on('data', (chunk) => {
      if (stdout.length < 1e6) stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      if (stderr.length < 1e6) stderr += chunk;
    });
    const guard = setInterval(() => {
      const all = family(child.pid!);
      timedOut ||= performance.now() - started > limit * 1000;
      overMemory ||= all.reduce((sum, pid) => sum + residentBytes(pid), 0) > memory;
      if (timedOut || overMemory) killAll(all);
    }, 100);
    child.on('error', (error) => {
      clearInterval(guard);
      fail(error);
    });
    child.on('exit', (code, signal) => {
      clearInterval(guard);
      const seconds = (performance.now() - started) / 1000;
      const finish = () => done({ code, signal, stdout, stderr, seconds, timedOut, overMemory });
      // What outlives it may hold its pipes for ever.
      const late = setTimeout(finish, 1500);
      child.on('close', () => {
        clearTimeout(late);
        finish();
      });
    });
    onStart?.(child);
  });
}
