import type { Command } from 'commander';
import { count, json } from './options.js';

/** `foreframe datasets list`, `show` and `build`. */
export function datasetCommands(program: Command): void {
  const datasets = program.command('datasets').description('list, show and build datasets');
  datasets
    .command('list')
    .addOption(json())
    .action(async (options) => (await import('../datasets.js')).datasetsListCommand(options));
  datasets
    .command('show')
    .description('print the card, or what a table or folder of your own holds, and write a contact sheet')
    .argument('<name>', 'a dataset, a table (CSV, Parquet), or a folder that holds a folder for each class')
    .argument('[videos...]', 'for video-folder: what to show of your own')
    .option('--out <png>', 'contact sheet (default: <name>.png)')
    .addOption(json())
    .addHelpText(
      'after',
      "\nExamples:\n  $ foreframe datasets show rotating-faces\n  $ foreframe datasets show clips.csv\n  $ foreframe datasets show video-folder 'clips/*.mp4'",
    )
    .action(async (name, videos, options) =>
      (await import('../datasets.js')).datasetsShowCommand(name, { ...options, videos }),
    );
  datasets
    .command('build')
    .argument('<name>')
    .option('--out <dir>', 'where to (default: the cache)')
    .option('--train <clips>', 'clips of the training split', count)
    .option('--validation <clips>', 'clips of the validation split', count)
    .option('--test <clips>', 'clips of the test split', count)
    .addHelpText('after', '\nExample:\n  $ foreframe datasets build bouncing-balls --train 400 --out data')
    .action(async (name, options) => (await import('../datasets.js')).datasetsBuildCommand(name, options));
}
