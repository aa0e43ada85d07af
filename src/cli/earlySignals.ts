import { ExitCode } from '../common/errors.js';

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

function listen(): void {
  for (const name of STOP_SIGNALS) process.on(name, endAtOnce);
}

function endAtOnce(): void {
  const trains = !worked && TRAINING.includes(process.argv[2] ?? '');
  console.error(
    trains
      ? 'foreframe: stopped before training began: there was nothing to save'
      : 'foreframe: stopped before it was done',
  );
  process.exit(ExitCode.interrupted);
}
