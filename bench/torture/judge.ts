import { ForeframeError, messageOf } from '../../src/common/errors.js';
import { type Findings, oneLine } from './area.js';
import type { CliOutcome } from './processes/cli.js';

/** A message longer than this is no line that a person reads. */
const LONGEST_LINE = 2000;

/** Whether a thrown error is a refusal of one line; what else it is goes to `findings`. */
export function judgeError(error: unknown, findings: Findings): string {
  const message = messageOf(error);
  if (!(error instanceof ForeframeError)) {
    const name = error instanceof Error ? error.name : typeof error;
    const place = error instanceof Error ? /\n\s+(at .*)/.exec(error.stack ?? '')?.[1] : undefined;
    findings.add('crash', `${name}: ${oneLine(message, 200)}${place ? ` ${place}` : ''}`);
  } else judgeLine(message, findings);
  return message;
}

function judgeLine(message: string, findings: Findings): void {
  if (message.includes('\n')) findings.add('crash', `refused in several lines: ${message}`);
  else if (message.length > LONGEST_LINE)
    findings.add('crash', `refused in a line of ${message.length} characters: ${message}`);
}

/** Words of Node, V8, C++ and foreframe itself that no person should ever see. */
const STACK =
  /^\s+at .+(:\d+:\d+|<anonymous>|native)|this is a fault of foreframe|^node:|UnhandledPromise|unhandled 'error'|FATAL ERROR|terminate called|Segmentation fault|^Node\.js v|MaxListenersExceeded/m;

/** What only TensorFlow's own log, or Node's, would say. */
const FOREIGN = /^\(node:\d+\) |^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWEF] /m;

/**
 * Judge how a command of the command line ended, when nobody ended it.
 * @returns whether it did its work
 */
export function judgeExit(outcome: CliOutcome, findings: Findings): boolean {
  const { code, signal, stderr } = outcome;
  if (outcome.overMemory) return false;
  if (outcome.timedOut)
    findings.add('hang', `still there after ${outcome.seconds.toFixed(0)} s: ${tail(stderr)}`);
  else if (signal !== null) findings.add('crash', `died of ${signal}: ${tail(stderr)}`);
  else if (code !== null && code > 2 && code !== 130)
    findings.add('crash', `exit code ${code}: ${tail(stderr)}`);
  judgeWords(outcome, findings);
  if (code === 0 || code === null || findings.faults.length > 0) return code === 0;
  const lines = refusals(stderr);
  if (lines.length === 1) judgeLine(lines[0]!, findings);
  else findings.add('crash', `exit code ${code} with ${lines.length} lines of its own: ${tail(stderr)}`);
  return false;
}

/** No stack and no other program's words, however it ended. */
export function judgeWords({ stderr, stdout }: CliOutcome, findings: Findings): void {
  const stack = STACK.exec(stderr) ?? STACK.exec(stdout);
  if (stack) findings.add('crash', `a stack: ${oneLine(stderr.slice(Math.max(0, stack.index - 300)), 500)}`);
  const foreign = FOREIGN.exec(stderr);
  if (foreign && !stack)
    findings.add('crash', `another program's words: ${stderr.slice(foreign.index, foreign.index + 200)}`);
}

/** The lines with which the command line refuses. */
export function refusals(stderr: string): string[] {
  return stderr.split('\n').filter((line) => /^(foreframe|error): /.test(line));
}

/** One line for a report: the refusal, or how it ended. */
export function outcomeText({ code, signal, stderr, overMemory, timedOut }: CliOutcome): string {
  if (overMemory) return 'ended by the guard: it took more than 4 GB';
  const line = refusals(stderr).at(-1);
  return timedOut ? 'no end' : (line ?? (signal ? `died of ${signal}` : `exit code ${code}`));
}

function tail(text: string): string {
  return oneLine(text.slice(-300), 300) || 'without a word';
}
