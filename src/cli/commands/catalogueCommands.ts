import type { Command } from 'commander';
import { json } from './options.js';

/** Commands that list what there is: pipelines, settings. */
export function catalogueCommands(program: Command): void {
  program
    .command('pipelines')
    .description(
      'list the pipelines that come with foreframe: data, model, method, budget and what to expect',
    )
    .addOption(json())
    .action(async (options) => (await import('../pipelines.js')).pipelinesCommand(options));

  program
    .command('settings')
    .description('list the keys of a pipeline, with defaults, allowed values and meaning')
    .argument(
      '[topic...]',
      'a model, a method, a dataset, or a key such as training.optimizer (default: all); `method nrm` where two have a name',
    )
    .option('--markdown', 'print tables for a page')
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe settings
  $ foreframe settings frame-stack
  $ foreframe settings method rotation
  $ foreframe settings training.optimizer`,
    )
    .action(async (topic, options) =>
      (await import('../settings/settings.js')).settingsCommand(topic, options),
    );
}
