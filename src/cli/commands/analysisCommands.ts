import { type Command, Option } from 'commander';
import { count, counts, degrees, device, json, natural, seconds } from './options.js';

/** Commands that measure what was learned: extract, probe, analyse, compare, outliers. */
export function analysisCommands(program: Command): void {
  program
    .command('extract')
    .description('write what a run holds of clips, or of whole videos frame by frame, as a Parquet file')
    .argument('<run>', 'run folder')
    .argument('[data...]', "a dataset's name, or videos, folders or patterns (default: the run's own data)")
    .requiredOption('--out <file>', 'where to, ending in .parquet')
    .option('--layers <names>', "such as lstm.h,encoder.1,pixels (default: the model's memory)")
    .option(
      '--every <what>',
      'follow whole videos, with memory carried on; a row for each frame, second (1s, 0.5s, …), clip or video',
    )
    .option('--from <seconds>', 'with --every: begin here, with an empty memory', seconds)
    .option('--to <seconds>', 'with --every: end here', seconds)
    .option('--times <which>', 'last (default), all, or times in a clip from 1 on such as 1,3,5')
    .addOption(
      new Option(
        '--pool <how>',
        'what is kept of a map: all of it, or its mean or maximum over height and width',
      )
        .choices(['none', 'mean', 'max'])
        .default('none'),
    )
    .addOption(
      new Option('--weights <which>', 'those after training, or the random ones before it')
        .choices(['trained', 'random'])
        .default('trained'),
    )
    .addOption(
      new Option(
        '--split <name>',
        'one split only (default: all of videos that are named, otherwise test)',
      ).choices(['train', 'validation', 'test']),
    )
    .option('--clips <number>', 'look at the first so many clips only', count)
    .option('--steps <frames>', 'frames of each clip (default: as the run was trained)', count)
    .option('--resume', 'go on with an extraction that was interrupted')
    .addOption(device())
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe extract runs/faces rotating-faces --split train --times all --out train.parquet
  $ foreframe extract runs/faces rotating-faces --weights random --layers lstm.h,pixels --out random.parquet
  $ foreframe extract runs/video my.mp4 --layers encoder.1 --pool mean --out my.parquet
  $ foreframe extract runs/video monday.mp4 tuesday.mp4 --every 1s --out week.parquet`,
    )
    .action(async (run, data, options) =>
      (await import('../extract/extract.js')).extractCommand(run, data, options),
    );

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
      'few labels: so many of each class, such as 1,5,10 (svm, with --test or column split)',
      counts,
    )
    .option(
      '--folds <number>',
      'without --test: cross-validation in so many parts, rows of a clip together (default: by column split where there is one, otherwise 5)',
      count,
    )
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
    .action(async (file, options) => (await import('../probe/probe.js')).probeCommand(file, options));

  // What `compare` is not asked for it leaves open: it compares tests, unless something of an analysis is asked for.
  const probing = (command: Command) =>
    command
      .option('--data <dataset>', "whose clips to watch (default: the run's own)")
      .option('--clips <number>', 'training clips for the probes (default: 1000)', count)
      .option('--layers <names>', "such as lstm.h,encoder.1 (default: the model's memory)")
      .option('--steps <frames>', 'frames of each clip (default: as the run was trained)', count)
      .option('--people <number>', 'rotating faces: new people to tell apart (default: 50)', count)
      .option(
        '--turn <degrees>',
        'rotating faces: they turn so much a frame (default: 0, they stand still)',
        degrees,
      )
      .option('--draws <number>', 'draws of training angles or of few labels (default: 5)', count)
      .option('--seed <number>', 'of all draws (default: 0)', natural);

  probing(program.command('analyse'))
    .description('what did it learn: regression, probes, identification, retrieval and maps, as one page')
    .argument('<run>', 'run folder')
    .option(
      '--out <file>',
      'the page; its numbers lie beside it as .json (default: analysis.html in the run folder)',
    )
    .option('--map <methods>', 'how latents are drawn in two dimensions: pca, mds, umap', 'pca,mds')
    .addOption(json())
    .addHelpText(
      'after',
      '\nExamples:\n  $ foreframe analyse runs/faces\n  $ foreframe analyse runs/faces --data rotating-faces --clips 4000 --out faces.html',
    )
    .action(async (run, options) => (await import('../analyse/analyse.js')).analyseCommand(run, options));

  probing(program.command('compare'))
    .description(
      'any runs side by side: test errors with intervals, curves of the training, predictions of the same clips',
    )
    .argument('<runs...>', 'run folders; with --latents also .json files of `foreframe analyse`')
    .option('--out <file>', 'where the page goes', 'comparison.html')
    .option('--single', 'every run by itself, also where several differ by their seed alone')
    .option(
      '--latents',
      'compare what probes read from their latents, seeds of a pipeline together; --data, --clips, --layers, --steps, --people, --turn, --draws, --seed and --keep belong to this',
    )
    .option('--keep <dir>', 'where analyses are kept and looked for (default: in each run folder)')
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe compare runs/video runs/video-2
  $ foreframe compare --latents runs/pgn-1 runs/pgn-2 runs/pgn-3 runs/control-1 runs/control-2 runs/control-3`,
    )
    .action(async (runs, options) => (await import('../analyse/compare.js')).compareCommand(runs, options));

  program
    .command('outliers')
    .description('how well a classifier recognises out-of-distribution images: AUROC of its likelihood')
    .argument('<run>', 'run folder of `foreframe classify`')
    .addOption(
      new Option(
        '--against <dataset>',
        'whose test images are out-of-distribution (default: fashion for digits)',
      ).choices(['mnist', 'fashion-mnist', 'cifar10']),
    )
    .option('--pictures <number>', 'look at the first so many of each set only', count)
    .addOption(json())
    .addHelpText(
      'after',
      '\nExample:\n  $ foreframe outliers runs/classify-mnist-100-labels-nrm --against fashion-mnist',
    )
    .action(async (run, options) => (await import('../report/outliers.js')).outliersCommand(run, options));
}
