#!/usr/bin/env node
// First: a signal that comes while the rest is loaded is answered, too.
import './terminal/answerSignals.js';
import { CommanderError } from 'commander';
import { ExitCode, ForeframeError, messageOf } from '../common/errors.js';
import { withoutPasswords } from '../common/text/withoutPasswords.js';
import { createProgram } from './program.js';
import { guardOutput } from './terminal/output.js';

guardOutput();
const program = createProgram();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}

/** One clear line for anything that went wrong, and the exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  console.error(withoutPasswords(`foreframe: ${messageOf(error)}`));
  const known = error instanceof ForeframeError;
  if (program.opts().debug && error instanceof Error) console.error(withoutPasswords(String(error.stack)));
  else if (!known)
    console.error('this is a fault of foreframe: run it again with `foreframe --debug …` to see where');
  return known ? error.exitCode : ExitCode.failed;
}
