import { type Command, Option } from 'commander';
import { collect, count, json, minutes, natural, set } from './options.js';

/** Commands about the machine: setup, doctor, bench. */
export function machineCommands(program: Command): void {
  program
    .command('setup')
    .description('install native TensorFlow into the cache')
    .option('--from <dir>', 'a folder with libtensorflow and its headers')
    .option('--gpu', 'the CUDA build')
    .option('--force', 'install anew')
    .option('--if-needed', 'do nothing when it is there')
    .addOption(json())
    .action(async (options) => (await import('../setup.js')).setupCommand(options));

  program
    .command('doctor')
    .description('say what is installed and how to mend what is missing')
    .addOption(json())
    .action(async (options) => (await import('../doctor.js')).doctorCommand(options));

  program
    .command('bench')
    .description('measure speed side by side with the obvious tools')
    .argument(
      '<what>',
      'decode: beside ffmpeg alone; train: beside PyTorch and TensorFlow; end-to-end: from the video beside the step alone; ' +
        'soak: memory over 5,000 steps; memory: peak for a video looped 1, 4, 16 times; ' +
        'probes: beside scikit-learn; results: train and measure the rows of RESULTS.md; faces: who is to be seen in the predictions of runs; ' +
        'torture: kills, damaged files, wrong settings, broken pipes, full disks; ' +
        "fuzz: random programs, graph against op by op; tfjs-core: its own tests on programs' gradients",
    )
    .argument(
      '[files...]',
      'a video (by default one is made); faces: run folders; torture, with --json: where the lines go',
    )
    .option('--rounds <number>', 'train, probes: how often each tool is timed', count, 2)
    .option('--quick', 'results: a few steps of every row, to see that it still learns')
    .addOption(
      new Option(
        '--only <row>',
        'results: this row alone; probes: this method; torture: this area (repeatable)',
      )
        .argParser(collect)
        .default([], 'all rows'),
    )
    .option('--seeds <numbers>', "results: in place of the rows' own, such as 1,2,3", (text) =>
      text.split(',').map(count),
    )
    .option('--programs <number>', 'fuzz: how many random programs', count, 1000)
    .option('--run <dir>', 'results: where the runs are kept, and gone on with', 'runs/results')
    .option('--minutes <number>', 'torture: when to stop; cases under way are finished', minutes, 30)
    .option(
      '--seed <number>',
      'torture: of all cases; fuzz: of the first program, each next one has the next',
      natural,
      1,
    )
    .option('--case <area:number>', 'torture: one case alone, with the --seed of its campaign')
    .option('--keep', 'torture: keep the folder in which cases were tried')
    .addOption(set())
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe bench torture --minutes 30 --json torture.jsonl
  $ foreframe bench decode my.mp4
  $ foreframe bench results --quick
  $ foreframe bench results --only balls-frame-stack`,
    )
    .action(async (what, files, options) => (await import('../bench.js')).benchCommand(what, files, options));
}
