import { type Command, Option } from 'commander';
import { collect, count, device, json, naturals, noOpen, port, set } from './options.js';

const liveView = () =>
  new Option('--live', 'watch the training on a page in your browser, where it can be stopped');

const WITH_LIVE = 'with --live: ';

/** Commands that train: demo, train, classify. */
export function trainCommands(program: Command): void {
  program
    .command('demo')
    .description('train on bouncing balls for 90 seconds, evaluate, and write a report')
    .addOption(device())
    .addOption(set())
    .option('--run <dir>', 'run folder, overwritten', 'runs/demo')
    .addHelpText('after', '\nExample:\n  $ foreframe demo --set training.seconds=300')
    .action(async (options) => (await import('../train/demo.js')).demoCommand(options));

  program
    .command('train')
    .description('train a pipeline, on its dataset or on videos of your own')
    .argument('[pipeline]', 'a YAML file, or the name of one that comes with foreframe')
    .argument(
      '[videos...]',
      'files, folders, globs, image sequences, a table of clips (CSV, Parquet), or ffmpeg inputs such as rtsp://… or v4l2:/dev/video0',
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
    .addOption(liveView())
    .addOption(port(WITH_LIVE))
    .addOption(noOpen(WITH_LIVE))
    .addOption(device())
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe train pipelines/video.yaml my.mp4
  $ foreframe train video my.mp4 --live
  $ foreframe train video 'clips/*.mp4' --set data.color=rgb --set model.channels=64
  $ foreframe train --resume --run runs/video`,
    )
    .action(async (pipeline, videos, options) =>
      (await import('../train/train.js')).trainCommand(pipeline, videos, options),
    );

  program
    .command('classify')
    .description(
      'another name of train: learn from images of which few have a label, and test what was learned',
    )
    .argument('[pipeline]', 'a YAML file, or the name of one that comes with foreframe')
    .argument(
      '[images]',
      'images of your own: a folder that holds a folder for each class, or a table (CSV, Parquet)',
    )
    .addOption(set())
    .option('--run <dir>', 'run folder (default: runs/<name of the pipeline>)')
    .option('--resume', 'go on from the last checkpoint of --run')
    .option(
      '--compare <runs...>',
      'run folders whose errors are printed too; without a pipeline nothing is trained',
    )
    .addOption(liveView())
    .addOption(port(WITH_LIVE))
    .addOption(noOpen(WITH_LIVE))
    .addOption(device())
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
    .action(async (pipeline, images, options) =>
      (await import('../train/train.js')).trainCommand(
        pipeline,
        images === undefined ? [] : [images],
        options,
      ),
    );

  program
    .command('sweep')
    .description('train a pipeline with several settings and seeds, and put what they come to into one table')
    .argument('<pipeline>', 'a YAML file, or the name of one that comes with foreframe')
    .argument('[videos...]', 'as for `foreframe train`')
    .addOption(
      new Option('--grid <key=values>', 'a setting and its values, such as model.lstm=128,256 (repeatable)')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--seeds <numbers>', 'such as 1,2,3 (default: the seed of the pipeline)', naturals)
    .addOption(set())
    .option('--jobs <number>', 'trainings side by side, which share the cores', count, 1)
    .option('--out <dir>', 'a folder for all runs and the table (default: runs/<name of the pipeline>-sweep)')
    .option('--jobs-file <file>', 'train nothing: write the command of each run as a line, for a cluster')
    .option('--print-jobs', 'train nothing: print those lines')
    .option('--collect', 'train nothing: make the table of what is there')
    .option(
      '--one',
      'train the only run of this grid and these seeds, without a table: what --jobs-file writes',
    )
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe sweep video my.mp4 --grid training.batch=8,16 --grid training.learningRate=0.001,0.002 --seeds 1,2,3 --jobs 2
  $ foreframe sweep classify-mnist-100-labels-nrm --grid 'method={name: supervised},{name: entropy}' --seeds 1,2
  $ foreframe sweep balls-pgn --grid model.lstm=128,256 --seeds 1,2,3 --jobs-file jobs.txt`,
    )
    .action(async (pipeline, videos, options) =>
      (await import('../sweep/sweep.js')).sweepCommand(pipeline, videos, options),
    );
}
