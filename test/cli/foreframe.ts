import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';

export const main = resolve(import.meta.dirname, '../../dist/src/cli/main.js');

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** In a process group of its own, as a terminal gives it: `process.kill(-pid, 'SIGINT')` is Ctrl-C there. */
  readonly ownGroup?: boolean;
  /** Told of the process as soon as it runs. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Run the command line as a person would: the built program, in a process of its own. */
export function foreframe(
  args: readonly string[],
  { env, cwd, ownGroup, onStart }: RunOptions = {},
): Promise<Outcome> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd,
      env: { ...process.env, ...env },
      detached: ownGroup,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
    onStart?.(child);
  });
}

/** A bad input's outcome: nothing on standard output, no stack, and one line that says so in these words. */
export function expectRefusal(outcome: Outcome, code: number, words: RegExp): void {
  expect(outcome.stdout).toBe('');
  expect(outcome.stderr).not.toMatch(/^ {4}at |this is a fault/m);
  const lines = outcome.stderr.split('\n').filter((line) => /^(foreframe|error): /.test(line));
  expect({ code: outcome.code, lines }).toEqual({ code, lines: [expect.stringMatching(words)] });
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'foreframe-test-'));
}

/** How many lines a run has logged. Cheap enough to be asked every few milliseconds: to parse them takes a core. */
export function linesLogged(run: string): number {
  const metrics = join(run, 'metrics.jsonl');
  return existsSync(metrics) ? readFileSync(metrics).filter((byte) => byte === 10).length : 0;
}

/** Settings that make the demo's pipeline a matter of seconds. */
export const TINY = [
  '--set',
  'data.clips={train: 4, validation: 1, test: 2}',
  '--set',
  'data.steps=4',
  '--set',
  'data.shuffle=8',
  '--set',
  'model={name: pgn, filters: [4, 4], lstm: 8}',
  '--set',
  'training.batch=4',
  '--set',
  'training.seconds=null',
];

/** The same without mp4 files: a training starts a dozen processes of ffmpeg fewer. */
export const TINY_ARRAYS = [...TINY, '--set', 'data.via=arrays'];
