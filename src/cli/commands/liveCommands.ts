import type { Command } from 'commander';
import { noOpen, port, set } from './options.js';

/** The command that opens the live page. */
export function liveCommands(program: Command): void {
  program
    .command('live')
    .description('point a camera at something and watch a network learn to expect it: a page in your browser')
    .argument(
      '[run]',
      'a run to go on with, or one that is being trained, to watch that; or a pipeline (default: live)',
    )
    .argument('[video]', 'a video file that the browser plays, in place of its camera')
    .addOption(set())
    .addOption(port())
    .addOption(noOpen())
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
