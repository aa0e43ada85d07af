import { CommanderError } from 'commander';
import { ExitCode, ForeframeError, messageOf } from '../common/errors.js';
import { withoutPasswords } from '../common/text/withoutPasswords.js';
import { createProgram } from './program.js';

/** Run the command that this process was started with. What goes wrong is said in one clear line, and `process.exitCode` says so. */
export async function runCommandLine(): Promise<void> {
  const program = createProgram();
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = explain(error, Boolean(program.opts().debug));
  }
}

/** One clear line for anything that went wrong, and the exit code. */
function explain(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  console.error(withoutPasswords(`foreframe: ${messageOf(error)}`));
  const known = error instanceof ForeframeError;
  if (debug && error instanceof Error) console.error(withoutPasswords(String(error.stack)));
  else if (!known)
    console.error('this is a fault of foreframe: run it again with `foreframe --debug …` to see where');
  return known ? error.exitCode : ExitCode.failed;
}
