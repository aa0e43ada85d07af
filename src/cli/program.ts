import { Command } from 'commander';
import { packageVersion } from '../common/files/packageFolder.js';
import { chooseDevice, type Device } from '../tensorflow/backend/device.js';
import { analysisCommands } from './commands/analysisCommands.js';
import { benchmarkCommands } from './commands/benchmarkCommands.js';
import { catalogueCommands } from './commands/catalogueCommands.js';
import { datasetCommands } from './commands/datasetCommands.js';
import { liveCommands } from './commands/liveCommands.js';
import { machineCommands } from './commands/machineCommands.js';
import { runCommands } from './commands/runCommands.js';
import { trainCommands } from './commands/trainCommands.js';
import { argumentErrorText } from './terminal/argumentError.js';

/** The command line with all its commands, not yet run. */
export function createProgram(): Command {
  const program: Command = new Command('foreframe')
    .description('Learn from video by predicting it: train, look, measure.')
    .version(packageVersion)
    .option('--debug', 'print stack traces')
    .showSuggestionAfterError()
    .configureOutput({
      outputError: (text, write) => write(`${argumentErrorText(text, calledCommand(program))}\n`),
    })
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
  $ foreframe live                                      your camera, in the browser
  $ foreframe doctor                                    what is installed, and what to fix`,
    );

  // Of a command without the option: as the environment says.
  program.hook('preAction', (_, command) => chooseDevice(command.opts<{ device?: Device }>().device));
  trainCommands(program);
  benchmarkCommands(program);
  runCommands(program);
  liveCommands(program);
  analysisCommands(program);
  catalogueCommands(program);
  datasetCommands(program);
  machineCommands(program);
  nameRequired(program);
  return program;
}

/** Help and docs say which options a command cannot do without: commander does not. */
function nameRequired({ commands, options }: Command): void {
  for (const option of options) if (option.mandatory) option.description += ' (required)';
  for (const command of commands) nameRequired(command);
}

/** The command that was asked for, as it is called: `foreframe evaluate`; without one, `foreframe`. */
function calledCommand(program: Command): string {
  const called = program.commands.find((command) => command.name() === process.argv[2])?.name();
  return called === undefined ? 'foreframe' : `foreframe ${called}`;
}
