import type { Command } from 'commander';
import { count, json, minutes, naturals, set } from './options.js';

/** `foreframe benchmark few-labels`. */
export function benchmarkCommands(program: Command): void {
  const benchmark = program.command('benchmark').description('compare methods at equal cost');
  benchmark
    .command('few-labels')
    .description(
      'train every method for few labels on one network with the same budget, over draws of labels and seeds, into one table',
    )
    .option('--dataset <name>', 'images to learn from (default: mnist)')
    .option('--labels <number>', 'images that keep their label, in all (default: 100)', count)
    .option('--draws <number>', 'how many of the fixed draws of labels (default: 3)', count)
    .option('--seeds <numbers>', 'such as 1,2,3 (default: 1)', naturals)
    .option(
      '--methods <names>',
      'with commas between: names, or settings such as {name: mixmatch, mixup: none} (default: all)',
    )
    .option('--network <name>', 'a name, or settings of a model (default: one that fits the images)')
    .option('--minutes <number>', 'of each training (default: 10)', minutes)
    .option('--steps <number>', 'of each training, in place of minutes', count)
    .option(
      '--budget <minutes>',
      'of training for all rows together: a row that it does not reach for says its cost',
      minutes,
    )
    .addOption(set())
    .option(
      '--out <dir>',
      'a folder for all runs and the results (default: runs/few-labels-<dataset>-<labels>)',
    )
    .option('--collect', 'train nothing: make the table of what is there')
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe benchmark few-labels --minutes 10
  $ foreframe benchmark few-labels --dataset cifar10 --labels 4000 --minutes 60 --seeds 1,2,3 --draws 1
  $ foreframe benchmark few-labels --methods supervised,vat,mean-teacher --draws 1 --minutes 1`,
    )
    .action(async (options) => (await import('../benchmark/fewLabels.js')).fewLabelsCommand(options));
}
