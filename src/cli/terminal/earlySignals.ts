import { closeSync, fstatSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { ExitCode } from '../../common/errors.js';

/** What stops a program: Ctrl-C, a request to end, a terminal that was closed. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const TRAINING = ['train', 'classify', 'demo'];

let answering = false;
let worked = false;

/** From now on a signal that no work hears ends the process in one line, with the exit code of work that was stopped. */
export function answerSignals(): void {
  answering = true;
  listen();
}

/** Leave the signals to work that can stop in order, until the returned function is called. */
export function leaveSignals(): () => void {
  worked = true;
  for (const name of STOP_SIGNALS) process.off(name, endAtOnce);
  return () => {
    if (answering) listen();
  };
}

/**
 * After SIGHUP: at its end Node sets the terminal back to how it found it, and aborts where that is gone. It leaves alone what is
 * no longer the file that it began with.
 */
export function leaveClosedTerminal(): void {
  // Nobody reads what is still said; what is to be saved must not fail for that.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  process.once('exit', () => {
    for (const fd of [0, 1, 2]) {
      try {
        if (!fstatSync(fd).isCharacterDevice() || isatty(fd)) continue;
        closeSync(fd);
        // The lowest number that is free.
        openSync('/dev/null', fd === 0 ? 'r' : 'w');
      } catch {
        // Closed already.
      }
    }
  });
}

function listen(): void {
  for (const name of STOP_SIGNALS) process.on(name, endAtOnce);
}

function endAtOnce(name: NodeJS.Signals): void {
  if (name === 'SIGHUP') leaveClosedTerminal();
  const trains = !worked && TRAINING.includes(process.argv[2] ?? '');
  console.error(
    trains
      ? 'foreframe: stopped before training began: there was nothing to save'
      : 'foreframe: stopped before it was done',
  );
  process.exit(ExitCode.interrupted);
}
