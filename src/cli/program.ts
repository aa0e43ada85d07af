import { Command } from 'commander';
import { packageVersion } from '../common/packageFolder.js';
import { analysisCommands } from './commands/analysisCommands.js';
import { datasetCommands } from './commands/datasetCommands.js';
import { machineCommands } from './commands/machineCommands.js';
import { runCommands } from './commands/runCommands.js';
import { trainCommands } from './commands/trainCommands.js';

/** The command line with all its commands, not yet run. */
export function createProgram(): Command {
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
  return program;
}
