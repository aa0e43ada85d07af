#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ExitCode, ForeframeError, messageOf } from '../common/errors.js';
import { packageVersion } from '../common/packageFolder.js';

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

const collect = (value: string, all: string[]) => [...all, value];
const count = (value: string) => {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('an integer from 1 on');
  return number;
};
const set = () =>
  new Option('--set <key=value>', 'change a setting (repeatable)').argParser(collect).default([], 'none');
const json = () => new Option('--json', 'print the answer as JSON');

program
  .command('demo')
  .description('train on bouncing balls for 90 seconds, evaluate, and write a report')
  .addOption(set())
  .option('--run <dir>', 'run folder, overwritten', 'runs/demo')
  .addHelpText('after', '\nExample:\n  $ foreframe demo --set training.seconds=300')
  .action(async (options) => (await import('./demo.js')).demoCommand(options));

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
    new Option('--on-corrupt <what>', 'what to do with a damaged stretch of video').choices(['skip', 'fail']),
  )
  .addOption(json())
  .addHelpText(
    'after',
    `
Examples:
  $ foreframe train pipelines/video.yaml my.mp4
  $ foreframe train video 'clips/*.mp4' --set data.color=rgb --set model.lstm=512
  $ foreframe train --resume --run runs/video`,
  )
  .action(async (pipeline, videos, options) =>
    (await import('./train.js')).trainCommand(pipeline, videos, options),
  );

program
  .command('evaluate')
  .description('measure a run on its test split beside copy-last, linear extrapolation and random weights')
  .argument('<run>', 'run folder')
  .addOption(json())
  .addHelpText('after', '\nExample:\n  $ foreframe evaluate runs/demo')
  .action(async (run, options) => (await import('./evaluate.js')).evaluateCommand(run, options));

program
  .command('predict')
  .description('write a video of input, truth, prediction and error, going on past the end')
  .argument('<run>', 'run folder')
  .argument('<video>', 'file, image sequence or ffmpeg input')
  .option('--horizon <frames>', 'frames to expect past the end', count, 10)
  .option('--out <file>', '.mp4 or .gif (default: predictions/ in the run folder)')
  .addOption(json())
  .addHelpText('after', '\nExample:\n  $ foreframe predict runs/video my.mp4 --horizon 25 --out expected.mp4')
  .action(async (run, video, options) => (await import('./predict.js')).predictCommand(run, video, options));

program
  .command('export')
  .description(
    "write a run's best weights for Python TensorFlow and TF Serving: signatures predict and encode",
  )
  .argument('<run>', 'run folder')
  .addOption(new Option('--format <format>', 'what to write').choices(['savedmodel']).default('savedmodel'))
  .option('--out <dir>', 'a new or empty folder (default: savedmodel/ in the run folder)')
  .option('--batch <streams>', 'streams side by side (default: 1)', count)
  .option('--steps <frames>', 'frames of each (default: as the run was trained)', count)
  .addOption(json())
  .addHelpText(
    'after',
    '\nExample:\n  $ foreframe export runs/video --format savedmodel --out served/video/1',
  )
  .action(async (run, options) => (await import('./export.js')).exportCommand(run, options));

program
  .command('report')
  .description('write report.html for a run: curves, filmstrips, tables, settings')
  .argument('<run>', 'run folder')
  .addHelpText('after', '\nExample:\n  $ foreframe report runs/video')
  .action(async (run) => (await import('./report.js')).reportCommand(run));

const datasets = program.command('datasets').description('list, show and build datasets');
datasets
  .command('list')
  .addOption(json())
  .action(async (options) => (await import('./datasets.js')).datasetsListCommand(options));
datasets
  .command('show')
  .argument('<name>')
  .option('--out <png>', 'contact sheet (default: <name>.png)')
  .addOption(json())
  .action(async (name, options) => (await import('./datasets.js')).datasetsShowCommand(name, options));
datasets
  .command('build')
  .argument('<name>')
  .option('--out <dir>', 'where to (default: the cache)')
  .option('--train <clips>', 'clips of the training split', count)
  .option('--validation <clips>', 'clips of the validation split', count)
  .option('--test <clips>', 'clips of the test split', count)
  .addHelpText('after', '\nExample:\n  $ foreframe datasets build bouncing-balls --train 400 --out data')
  .action(async (name, options) => (await import('./datasets.js')).datasetsBuildCommand(name, options));

program
  .command('setup')
  .description('install native TensorFlow into the cache')
  .option('--from <dir>', 'a folder with libtensorflow and its headers')
  .option('--gpu', 'the CUDA build')
  .option('--force', 'install anew')
  .option('--if-needed', 'do nothing when it is there')
  .addOption(json())
  .action(async (options) => (await import('./setup.js')).setupCommand(options));

program
  .command('doctor')
  .description('say what is installed and how to mend what is missing')
  .addOption(json())
  .action(async (options) => (await import('./doctor.js')).doctorCommand(options));

program
  .command('bench')
  .description('measure speed side by side with the obvious tools')
  .argument(
    '<what>',
    'decode: beside ffmpeg alone; train: beside PyTorch and TensorFlow; end-to-end: from the video beside the step alone; ' +
      'soak: memory over 5,000 steps; memory: peak for a video looped 1, 4, 16 times',
  )
  .argument('[file]', 'a video; by default one is made')
  .option('--rounds <number>', 'train: how often each tool is timed', count, 2)
  .addOption(set())
  .addOption(json())
  .addHelpText('after', '\nExample:\n  $ foreframe bench decode my.mp4')
  .action(async (what, file, options) => (await import('./bench.js')).benchCommand(what, file, options));

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
