import { type Command, Option } from 'commander';
import { EXPORT_FORMATS } from '../../engine/serving/exportFormats.js';
import { count, device, json } from './options.js';
import { surpriseCommands } from './surpriseCommands.js';

/** Commands that look at a trained run: evaluate, predict, export, report. */
export function runCommands(program: Command): void {
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
    .option(
      '--batch <clips>',
      'clips computed at once: fewer take less memory and more time (default: evaluation.batch)',
      count,
    )
    .addOption(device())
    .addOption(json())
    .addHelpText(
      'after',
      '\nExamples:\n  $ foreframe evaluate runs/demo\n  $ foreframe evaluate runs/demo --steps 99 --horizon 50',
    )
    .action(async (run, options) => (await import('../evaluate/evaluate.js')).evaluateCommand(run, options));

  program
    .command('predict')
    .description('write a video of input, truth, prediction and error, going on past the end')
    .argument('<run>', 'run folder')
    .argument('<video>', 'file, image sequence or ffmpeg input')
    .option('--horizon <frames>', 'frames to expect past the end', count, 10)
    .option('--out <file>', '.mp4 or .gif (default: predictions/ in the run folder)')
    .addOption(device())
    .addOption(json())
    .addHelpText(
      'after',
      '\nExample:\n  $ foreframe predict runs/video my.mp4 --horizon 25 --out expected.mp4',
    )
    .action(async (run, video, options) =>
      (await import('../predict.js')).predictCommand(run, video, options),
    );

  surpriseCommands(program);

  program
    .command('export')
    .description(
      "write a run's best weights for other programs: predict, encode and one step with memory (of images: classify and encode)",
    )
    .argument('<run>', 'run folder')
    .addOption(
      new Option(
        '--format <format>',
        'savedmodel for Python TensorFlow and TF Serving, onnx for onnxruntime and others: a file for each; web: the live page',
      )
        .choices([...EXPORT_FORMATS, 'web'])
        .default('savedmodel'),
    )
    .option('--out <dir>', 'a new or empty folder (default: one named after the format in the run folder)')
    .option('--batch <streams>', 'streams or images side by side (default: any number)', count)
    .option(
      '--steps <frames>',
      'frames of each stream (default: any number, or as the run was trained where the network fixes it)',
      count,
    )
    .addOption(json())
    .addHelpText(
      'after',
      '\nExamples:\n  $ foreframe export runs/video --format onnx\n  $ foreframe export runs/video --format savedmodel --out served/video/1\n  $ foreframe export runs/video --format web --out public/live',
    )
    .action(async (run, options) => (await import('../export.js')).exportCommand(run, options));

  program
    .command('report')
    .description(
      'write report.html for a run: curves, filmstrips, tables, settings; of a classifier, what it sees',
    )
    .argument('<run>', 'run folder')
    .addHelpText(
      'after',
      '\nExamples:\n  $ foreframe report runs/video\n  $ foreframe report runs/classify-mnist-100-labels-nrm',
    )
    .action(async (run) => (await import('../report/report.js')).reportCommand(run));
}
