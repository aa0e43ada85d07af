import { type Command, InvalidArgumentError } from 'commander';
import { set } from './options.js';

const port = (value: string) => {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new InvalidArgumentError('a port from 0, which takes any free one, to 65535');
  return number;
};

/** The command that opens the live page. */
export function liveCommands(program: Command): void {
  program
    .command('live')
    .description('point a camera at something and watch a network learn to expect it: a page in your browser')
    .argument('[run]', 'a run to go on with, or a pipeline to begin with (default: the pipeline live)')
    .argument('[video]', 'a video file that the browser plays, in place of its camera')
    .addOption(set())
    .option(
      '--port <number>',
      'port on this machine (default: 4747, or a free one where that is taken)',
      port,
    )
    .option('--no-open', 'open no browser: print the address only')
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe live
  $ foreframe live runs/video
  $ foreframe live my.mp4
  $ foreframe live live my.mp4 --set data.width=64 --set data.height=48`,
    )
    .action(async (run, video, options) => (await import('../live.js')).liveCommand(run, video, options));
}
