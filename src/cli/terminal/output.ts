import { Console } from 'node:console';
import { ExitCode, messageOf } from '../../common/errors.js';

/** What a shell says of a program whose reader has gone (`foreframe … | head -1`): 128 + SIGPIPE. */
const READER_GONE = 141;

let failure: NodeJS.ErrnoException | undefined;

/**
 * Make what cannot be written to standard output end the process with an exit code of its own. Node leaves such errors out of
 * `console.log` and throws those of a closed pipe at nobody. The work goes on to its end: its files are worth more than its words.
 * Lines for standard error are let go: a progress bar that nobody sees should not end a training.
 */
export function guardOutput(): void {
  process.stdout.on('error', remember);
  process.stderr.on('error', () => {});
  // Its own errors, too, reach the stream's listeners or whoever writes.
  const strict = new Console({ stdout: process.stdout, stderr: process.stderr, ignoreErrors: false });
  console.log = (...values: unknown[]) => {
    if (failure) return;
    try {
      strict.log(...values);
    } catch (error) {
      remember(error as NodeJS.ErrnoException);
    }
  };
  process.on('exit', (code) => {
    if (failure && code === ExitCode.done) process.exitCode = sayFailure(failure);
  });
}

function remember(error: NodeJS.ErrnoException): void {
  failure ??= error;
}

function sayFailure(error: NodeJS.ErrnoException): number {
  if (error.code === 'EPIPE') return READER_GONE;
  const reason = error.code === 'ENOSPC' ? 'the disk is full' : messageOf(error);
  console.error(`foreframe: cannot write to standard output: ${reason}`);
  return ExitCode.failed;
}
