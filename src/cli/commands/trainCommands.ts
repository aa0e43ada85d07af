import { type Command, Option } from 'commander';
import { json, set } from './options.js';

/** Commands that train: demo, train, classify. */
export function trainCommands(program: Command): void {
  program
    .command('demo')
    .description('train on bouncing balls for 90 seconds, evaluate, and write a report')
    .addOption(set())
    .option('--run <dir>', 'run folder, overwritten', 'runs/demo')
    .addHelpText('after', '\nExample:\n  $ foreframe demo --set training.seconds=300')
    .action(async (options) => (await import('../demo.js')).demoCommand(options));

  program
    .command('train')
    .description('train a pipeline, on its dataset or on videos of your own')
    .argument('[pipeline]', 'a YAML file, or the name of one that comes with foreframe')
    .argument(
      '[videos...]',
      'files, folders, globs, image sequences, or ffmpeg inputs such as rtsp://… or v4l2:/dev/video0',
    )
    .addOption(set())
    .option('--run <dir>', 'run folder (default: runs/<name of the pipeline>)')
    .option('--resume', 'go on from the last checkpoint of --run')
    .addOption(
      new Option('--on-corrupt <what>', 'what to do with a damaged stretch of video').choices([
        'skip',
        'fail',
      ]),
    )
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe train pipelines/video.yaml my.mp4
  $ foreframe train video 'clips/*.mp4' --set data.color=rgb --set 'model.channels=[48,48]'
  $ foreframe train --resume --run runs/video`,
    )
    .action(async (pipeline, videos, options) =>
      (await import('../train.js')).trainCommand(pipeline, videos, options),
    );

  program
    .command('classify')
    .description('train a classifier of pictures of which few have a label, and test it')
    .argument('[pipeline]', 'a YAML file, or the name of one that comes with foreframe')
    .addOption(set())
    .option('--run <dir>', 'run folder (default: runs/<name of the pipeline>)')
    .option('--resume', 'go on from the last checkpoint of --run')
    .option('--compare <runs...>', 'run folders whose errors stand beside; without a pipeline theirs alone')
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe classify classify-mnist-100-labels-nrm
  $ foreframe classify classify-mnist-100-labels-nrm --set 'method={name: supervised}' --run runs/supervised
  $ foreframe classify classify-mnist-100-labels-nrm --set data.draw=2 --set training.seconds=300
  $ foreframe classify --compare runs/supervised runs/classify-mnist-100-labels-nrm`,
    )
    .action(async (pipeline, options) => (await import('../classify.js')).classifyCommand(pipeline, options));
}
