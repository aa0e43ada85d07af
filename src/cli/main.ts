#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { ExitCode, ForeframeError, messageOf } from '../common/errors.js';
import { packageVersion } from '../common/packageFolder.js';
import { analysisCommands } from './commands/analysisCommands.js';
import { datasetCommands } from './commands/datasetCommands.js';
import { machineCommands } from './commands/machineCommands.js';
import { runCommands } from './commands/runCommands.js';
import { trainCommands } from './commands/trainCommands.js';
import { guardOutput } from './output.js';

guardOutput();

const program = new Command('foreframe')
  .description('Learn from video by predicting it: train, look, measure.')
  .version(packageVersion)
  .option('--debug', 'print stack traces')
  .showSuggestionAfterError()
  .showHelpAfterError('(see `foreframe --help`)')
  .exitOverride()
  .configureHelp({ showGlobalOptions: false })
  .addHelpText(
    'after',
    `
Examples:
  $ foreframe demo                                      bouncing balls, from nothing to a report
  $ foreframe train pipelines/video.yaml my.mp4         train on a video of your own
  $ foreframe train video my.mp4 --set training.seconds=60 --run runs/mine
  $ foreframe train --resume --run runs/mine            go on where it stopped
  $ foreframe predict runs/mine other.mp4 --horizon 20  input | truth | prediction | error, as mp4
  $ foreframe doctor                                    what is installed, and what to mend`,
  );

trainCommands(program);
runCommands(program);
analysisCommands(program);
datasetCommands(program);
machineCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}

/** One clear line for anything that went wrong, and the exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  console.error(`foreframe: ${messageOf(error)}`);
  const known = error instanceof ForeframeError;
  if (program.opts().debug && error instanceof Error) console.error(error.stack);
  else if (!known)
    console.error('this is a fault of foreframe: run it again with `foreframe --debug …` to see where');
  return known ? error.exitCode : ExitCode.failed;
}
