/** Process exit codes of the command line; every error knows its own. */
export const ExitCode = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * An error that a person caused and can mend. `message` is one line that names the file or setting at fault and says
 * what to do; the command line prints it without a stack trace.
 */
export class ForeframeError extends Error {
  override name = 'ForeframeError';
  readonly exitCode: number = ExitCode.failed;
}

/** A wrong option, key or argument: exit code 2. */
export class UsageError extends ForeframeError {
  override name = 'UsageError';
  override readonly exitCode: number = ExitCode.usage;
}

/** Work stopped on request (Ctrl-C, SIGTERM, an AbortSignal) after its state was saved: exit code 130. */
export class InterruptedError extends ForeframeError {
  override name = 'InterruptedError';
  override readonly exitCode: number = ExitCode.interrupted;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
