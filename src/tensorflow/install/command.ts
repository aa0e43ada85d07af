import { type SpawnOptions, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** How a command ended. `status` is null when it could not be started or was killed; `output` is stdout and stderr in order. */
export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly output: string;
}

/** Runs a command to its end and keeps its output; never throws. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { onOutput?: (text: string) => void } = {},
): Promise<CommandResult> {
  const { onOutput, ...spawnOptions } = options;
  return new Promise((resolve) => {
    let stdout = '';
    let output = '';
    const child = spawn(command, args, { ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      output += text;
      onOutput?.(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput?.(text);
    });
    child.once('error', (error) => resolve({ status: null, stdout, output: `${output}${error.message}\n` }));
    child.once('close', (status, signal) =>
      resolve({ status, stdout, output: signal ? `${output}ended by ${signal}\n` : output }),
    );
  });
}

/** The path of a program on PATH, or undefined. */
export function findOnPath(program: string): string | undefined {
  const candidates = isAbsolute(program)
    ? [program]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  return candidates.find(isRunnable);
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The last line that says what went wrong, for a one-line message. */
export function lastError(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return (
    lines.findLast((line) => /error|no such|not found|denied|cannot/i.test(line)) ??
    lines.at(-1) ??
    'no output'
  );
}
