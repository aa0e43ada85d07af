import { type Command, Option } from 'commander';
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
    .argument(
      '[video]',
      "in place of the browser's camera: a video file; with --engine node also an address or a device that ffmpeg reads",
    )
    .addOption(set())
    .addOption(
      new Option(
        '--engine <where>',
        'where the network computes: in the browser, or in native TensorFlow here',
      )
        .choices(['browser', 'node'])
        .default('browser'),
    )
    .option(
      '--out <dir>',
      'serve nothing: write the page as files for any web server, into a new or empty folder',
    )
    .addOption(port())
    .addOption(noOpen())
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe live
  $ foreframe live runs/video
  $ foreframe live my.mp4
  $ foreframe live live my.mp4 --set data.width=64 --set data.height=48
  $ foreframe live --engine node --set model.channels=64
  $ foreframe live runs/video rtsp://camera/stream --engine node
  $ foreframe live runs/video --out public/live`,
    )
    .action(async (run, video, options) => (await import('../live.js')).liveCommand(run, video, options));
}
