// A process of the command line that takes one command after another: one line of JSON each from standard input, one answer each on
// standard output. See keptForeframe.ts.
import '../../src/cli/terminal/answerSignals.js';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { runCommandLine } from '../../src/cli/commandLine.js';
import { guardOutput } from '../../src/cli/terminal/output.js';
import type { KeptAnswer, KeptCommand } from './keptForeframe.js';

const home = process.cwd();
const argv = process.argv.slice(0, 2);
let said = { stdout: '', stderr: '' };
let working = false;

for (const name of ['stdout', 'stderr'] as const) {
  process[name].write = (chunk: string | Uint8Array, ...more: unknown[]) => {
    said[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const written = more.find((each) => typeof each === 'function') as (() => void) | undefined;
    if (written) setImmediate(written);
    return true;
  };
}
guardOutput();

/** Written at once, also where the process ends within a command. */
function answer(code: number): void {
  if (!working) return;
  working = false;
  const text = Buffer.from(`${JSON.stringify({ code, ...said } satisfies KeptAnswer)}\n`);
  for (let sent = 0; sent < text.length; ) sent += writeSome(text.subarray(sent));
}

/** Standard output is a pipe that does not wait. */
function writeSome(text: Uint8Array): number {
  try {
    return writeSync(1, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}

process.on('exit', (code) => answer(code));

for await (const line of createInterface({ input: process.stdin })) {
  const { args, cwd } = JSON.parse(line) as KeptCommand;
  said = { stdout: '', stderr: '' };
  working = true;
  process.chdir(cwd ?? home);
  process.argv = [...argv, ...args];
  process.exitCode = undefined;
  await runCommandLine();
  answer(Number(process.exitCode ?? 0));
}
process.exit(0);
