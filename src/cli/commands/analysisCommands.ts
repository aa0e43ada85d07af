import { type Command, Option } from 'commander';
import { count, counts, degrees, json, natural } from './options.js';

/** Commands that measure what was learned: extract, probe, analyse, compare, outliers. */
export function analysisCommands(program: Command): void {
  program
    .command('extract')
    .description('write what a run holds of every clip (latents by layer and time) as a Parquet file')
    .argument('<run>', 'run folder')
    .argument('[data]', "a dataset's name, or a video, folder or pattern (default: the run's own data)")
    .requiredOption('--out <file>', 'where to, ending in .parquet')
    .option('--layers <names>', "such as lstm.h,encoder.1,pixels (default: the model's memory)")
    .option('--times <which>', 'last, all, or times in a clip from 1 on such as 1,3,5', 'last')
    .addOption(
      new Option('--pool <how>', 'maps over height and width')
        .choices(['none', 'mean', 'max'])
        .default('none'),
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
    .action(async (run, data, options) => (await import('../extract.js')).extractCommand(run, data, options));

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
    .option(
      '--shots <counts>',
      'few labels: so many of each class, such as 1,5,10 (svm, with --test)',
      counts,
    )
    .option('--folds <number>', 'without --test: cross-validation, rows of a clip together', count, 5)
    .option('--seed <number>', 'of folds and bootstrap', natural, 0)
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe probe train.parquet --test test.parquet --target angle --method ridge
  $ foreframe probe latents.parquet --target identity --method svm --layer lstm.h --time 5 --folds 4
  $ foreframe probe train.parquet --test test.parquet --target label --method svm --shots 1,5,10`,
    )
    .action(async (file, options) => (await import('../probe.js')).probeCommand(file, options));

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
    .action(async (run, options) => (await import('../analyse.js')).analyseCommand(run, options));

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
    .action(async (runs, options) => (await import('../compare.js')).compareCommand(runs, options));

  program
    .command('outliers')
    .description('how well a classifier knows pictures that are none of its own: AUROC of its likelihood')
    .argument('<run>', 'run folder of `foreframe classify`')
    .addOption(
      new Option(
        '--against <dataset>',
        'whose test pictures are foreign (default: fashion for digits)',
      ).choices(['mnist', 'fashion-mnist', 'cifar10']),
    )
    .option('--pictures <number>', 'look at the first so many of each set only', count)
    .addOption(json())
    .addHelpText(
      'after',
      '\nExample:\n  $ foreframe outliers runs/classify-mnist-100-labels-nrm --against fashion-mnist',
    )
    .action(async (run, options) => (await import('../outliers.js')).outliersCommand(run, options));
}
