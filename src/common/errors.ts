import { withoutPasswords } from './text/withoutPasswords.js';

/** Process exit codes of the command line; every error knows its own. */
export const ExitCode = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** What kind of failure an error is, for programs: messages are for people and may change. */
export type ErrorCode =
  | 'failed'
  | 'usage'
  | 'interrupted'
  /** More memory is needed than is available. */
  | 'memory'
  | 'disk-full'
  /** A file or folder that cannot be written for another reason. */
  | 'not-writable'
  | 'not-readable'
  /** A program's value or path would freeze in a graph. */
  | 'frozen'
  /** A program's op cannot be part of a graph. */
  | 'unsupported-op';

export interface ForeframeErrorOptions {
  readonly cause?: unknown;
  /** That of the class by default. */
  readonly code?: ErrorCode;
}

/**
 * An error that a person caused and can fix. `message` is one line that names the file or setting at fault and says
 * what to do; the command line prints it without a stack trace. `code` stays the same when the message is reworded.
 * Names from files may hold line breaks, or orders to a terminal: of them a message keeps a space, or a mark. Passwords
 * in addresses are left out.
 */
export class ForeframeError extends Error {
  static readonly code: ErrorCode = 'failed';
  override name = 'ForeframeError';
  readonly exitCode: number = ExitCode.failed;
  readonly code: ErrorCode;

  constructor(message?: string, { code, ...options }: ForeframeErrorOptions = {}) {
    super(message === undefined ? undefined : oneLine(withoutPasswords(message)), options);
    this.code = code ?? new.target.code;
  }
}

/** A wrong option, key or argument: exit code 2. */
export class UsageError extends ForeframeError {
  static override readonly code: ErrorCode = 'usage';
  override name = 'UsageError';
  override readonly exitCode: number = ExitCode.usage;
}

/** Work stopped on request (Ctrl-C, SIGTERM, an AbortSignal) after its state was saved: exit code 130. */
export class InterruptedError extends ForeframeError {
  static override readonly code: ErrorCode = 'interrupted';
  override name = 'InterruptedError';
  override readonly exitCode: number = ExitCode.interrupted;
}

function oneLine(message: string): string {
  return message
    .replace(/\s+/g, (space) => (/[^ \u00a0]/.test(space) ? ' ' : space))
    .replace(/\p{Cc}+/gu, '\ufffd');
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
