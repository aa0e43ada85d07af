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
const natural = (value: string) => {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('an integer from 0 on');
  return number;
};
const degrees = (value: string) => {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new InvalidArgumentError('a number of degrees');
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
  .option(
    '--steps <frames>',
    'frames watched in each test clip (default: evaluation.steps of the run)',
    count,
  )
  .option('--context <frames>', 'frames shown before a rollout (default: evaluation.context)', count)
  .option('--horizon <frames>', 'frames of a rollout (default: evaluation.horizon)', count)
  .addOption(json())
  .addHelpText(
    'after',
    '\nExamples:\n  $ foreframe evaluate runs/demo\n  $ foreframe evaluate runs/demo --steps 99 --horizon 50',
  )
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
  .command('extract')
  .description('write what a run holds of every clip (latents by layer and time) as a Parquet file')
  .argument('<run>', 'run folder')
  .argument('[data]', "a dataset's name, or a video, folder or pattern (default: the run's own data)")
  .requiredOption('--out <file>', 'where to, ending in .parquet')
  .option('--layers <names>', "such as lstm.h,encoder.1,pixels (default: the model's memory)")
  .option('--times <which>', 'last, all, or times in a clip from 1 on such as 1,3,5', 'last')
  .addOption(
    new Option('--pool <how>', 'maps over height and width').choices(['none', 'mean', 'max']).default('none'),
  )
  .addOption(
    new Option('--weights <which>', 'after or before training')
      .choices(['trained', 'random'])
      .default('trained'),
  )
  .addOption(
    new Option('--split <name>', 'of videos that are named: all by default, otherwise test').choices([
      'train',
      'validation',
      'test',
    ]),
  )
  .option('--clips <number>', 'look at the first so many clips only', count)
  .option('--steps <frames>', 'frames of each clip (default: as the run was trained)', count)
  .option('--resume', 'go on with an extraction that was interrupted')
  .addOption(json())
  .addHelpText(
    'after',
    `
Examples:
  $ foreframe extract runs/faces rotating-faces --split train --times all --out train.parquet
  $ foreframe extract runs/faces rotating-faces --weights random --layers lstm.h,pixels --out random.parquet
  $ foreframe extract runs/video my.mp4 --layers encoder.1 --pool mean --out my.parquet`,
  )
  .action(async (run, data, options) => (await import('./extract.js')).extractCommand(run, data, options));

program
  .command('probe')
  .description(
    'what can be read from latents: a latent variable by ridge regression, a label by a classifier',
  )
  .argument('<file>', 'latents of `foreframe extract`')
  .requiredOption('--target <name>', 'a latent variable such as angle or position.0, or a label')
  .addOption(
    new Option('--method <method>', 'how to read it')
      .choices(['ridge', 'svm', 'logistic', 'knn'])
      .makeOptionMandatory(),
  )
  .option('--layer <name>', 'one layer (default: all in the file)')
  .option('--time <frames>', 'after so many frames (default: all times in the file)', count)
  .option('--test <file>', 'train on all of the first file, test on this one')
  .option('--folds <number>', 'without --test: cross-validation, rows of a clip together', count, 5)
  .option('--seed <number>', 'of folds and bootstrap', natural, 0)
  .addOption(json())
  .addHelpText(
    'after',
    `
Examples:
  $ foreframe probe train.parquet --test test.parquet --target angle --method ridge
  $ foreframe probe latents.parquet --target identity --method svm --layer lstm.h --time 5 --folds 4`,
  )
  .action(async (file, options) => (await import('./probe.js')).probeCommand(file, options));

const probing = (command: Command) =>
  command
    .option('--data <dataset>', "whose clips to watch (default: the run's own)")
    .option('--clips <number>', 'training clips for the probes', count, 1000)
    .option('--layers <names>', "such as lstm.h,encoder.1 (default: the model's memory)")
    .option('--steps <frames>', 'frames of each clip (default: as the run was trained)', count)
    .option('--people <number>', 'rotating faces: new people to tell apart', count, 50)
    .option('--turn <degrees>', 'rotating faces: they turn so much a frame, 0 stands still', degrees, 0)
    .option('--draws <number>', 'draws of training angles or of few labels', count, 5)
    .option('--seed <number>', 'of all draws', natural, 0);

probing(program.command('analyse'))
  .description('what did it learn: regression, probes, identification, retrieval and maps, as one page')
  .argument('<run>', 'run folder')
  .option(
    '--out <file>',
    'the page; its numbers lie beside it as .json (default: analysis.html in the run folder)',
  )
  .option('--map <methods>', 'pca, mds, umap', 'pca,mds')
  .addOption(json())
  .addHelpText(
    'after',
    '\nExamples:\n  $ foreframe analyse runs/faces\n  $ foreframe analyse runs/faces --data rotating-faces --clips 4000 --out faces.html',
  )
  .action(async (run, options) => (await import('./analyse.js')).analyseCommand(run, options));

probing(program.command('compare'))
  .description(
    'several runs in one table and one page: seeds of a pipeline together, differences to the first',
  )
  .argument('<runs...>', 'run folders, or .json files of `foreframe analyse`')
  .option('--out <file>', 'the page', 'comparison.html')
  .option('--keep <dir>', 'where analyses are kept and looked for (default: in each run folder)')
  .addOption(json())
  .addHelpText(
    'after',
    '\nExample:\n  $ foreframe compare runs/pgn-1 runs/pgn-2 runs/pgn-3 runs/control-1 runs/control-2 runs/control-3',
  )
  .action(async (runs, options) => (await import('./compare.js')).compareCommand(runs, options));

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
  .action(async (pipeline, options) => (await import('./classify.js')).classifyCommand(pipeline, options));

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
  .description('print the card and write a contact sheet')
  .argument('<name>')
  .argument('[videos...]', 'for video-folder: what to show of your own')
  .option('--out <png>', 'contact sheet (default: <name>.png)')
  .addOption(json())
  .addHelpText(
    'after',
    "\nExamples:\n  $ foreframe datasets show rotating-faces\n  $ foreframe datasets show video-folder 'clips/*.mp4'",
  )
  .action(async (name, videos, options) =>
    (await import('./datasets.js')).datasetsShowCommand(name, { ...options, videos }),
  );
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
      'soak: memory over 5,000 steps; memory: peak for a video looped 1, 4, 16 times; ' +
      'results: train and measure the rows of RESULTS.md; faces: who is to be seen in the predictions of runs',
  )
  .argument('[files...]', 'a video (by default one is made); faces: run folders')
  .option('--rounds <number>', 'train: how often each tool is timed', count, 2)
  .option('--quick', 'results: a few steps of every row, to see that it still learns')
  .addOption(
    new Option('--only <row>', 'results: this row alone (repeatable)')
      .argParser(collect)
      .default([], 'all rows'),
  )
  .option('--seeds <numbers>', "results: in place of the rows' own, such as 1,2,3", (text) =>
    text.split(',').map(count),
  )
  .option('--run <dir>', 'results: where the runs are kept, and gone on with', 'runs/results')
  .addOption(set())
  .addOption(json())
  .addHelpText(
    'after',
    `
Examples:
  $ foreframe bench decode my.mp4
  $ foreframe bench results --quick
  $ foreframe bench results --only balls-frame-stack`,
  )
  .action(async (what, files, options) => (await import('./bench.js')).benchCommand(what, files, options));

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
