import { type Command, Option } from 'commander';
import { collect, count, counts, json, minutes, natural, set } from './options.js';

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
    .description('print what is installed and how to fix what is missing')
    .addOption(json())
    .action(async (options) => (await import('../doctor.js')).doctorCommand(options));

  program
    .command('bench')
    .description('measure foreframe: speed beside other tools, memory, results, correctness')
    .argument(
      '<what>',
      'decode: beside ffmpeg alone; train: beside PyTorch and TensorFlow; end-to-end: from the video beside the step alone; ' +
        'soak: memory over 5,000 steps; memory: peak for a video looped 1, 4, 16 times; ' +
        'live: the live page from nothing in Chromium, its memory, and its speed by size of frames; ' +
        'follow: embeddings of whole videos beside prediction, and memory over two hours; ' +
        'views: augmentation beside the training step; probes: beside scikit-learn; results: train and measure the rows of RESULTS.md; faces: who is to be seen in the predictions of runs; ' +
        'own-video: which pipeline suits a video of your own; ' +
        'surprise: which score finds anomalies, beside simple ones; watching: latency and memory of `surprise` on a camera; ' +
        'torture: kills, damaged files, wrong settings, broken pipes, full disks; ' +
        'frozen: the numbers of every pipeline at a small size, bit for bit those that were frozen; ' +
        'parity: every model in a browser and by WebGPU beside native TensorFlow; backends: how long each takes; ' +
        "fuzz: random programs, graph against op by op; tfjs-core: its own tests on programs' gradients",
    )
    .argument(
      '[files...]',
      'a video (by default one is made); live: a video for its camera; own-video: videos, or names of those that it knows; faces: run folders; surprise: the street camera, where apt-get cannot fetch it; torture, with --json: where the lines go',
    )
    .option('--rounds <number>', 'train, probes: how often each tool is timed', count, 2)
    .option(
      '--quick',
      'results, surprise: a few steps of every row, to see that it still learns; watching, follow: ten minutes; live: two',
    )
    .addOption(
      new Option(
        '--only <row>',
        'results: this row alone; probes: this method; own-video: this pipeline; torture: this area; frozen: this pipeline or case; surprise: this scene; parity, backends: this model, or this backend (repeatable)',
      )
        .argParser(collect)
        .default([], 'all rows'),
    )
    .option(
      '--seeds <numbers>',
      "results, own-video, surprise: in place of the rows' own, such as 1,2,3",
      counts,
    )
    .option('--out <dir>', 'own-video: where its results are kept, and gone on with')
    .option('--collect', 'own-video: print what is kept there, as Markdown, and measure nothing')
    .option('--seconds <numbers>', 'own-video: budgets of one training', counts, [60, 300])
    .option('--size <pixels>', 'own-video: width and height of the frames', count, 64)
    .addOption(
      new Option('--color <color>', 'own-video: of the frames').choices(['grey', 'rgb']).default('grey'),
    )
    .option('--programs <number>', 'fuzz: how many random programs', count, 1000)
    .option('--run <dir>', 'results: where the runs are kept, and gone on with', 'runs/results')
    .option(
      '--minutes <number>',
      'torture: when to stop; cases under way are finished; live: how long memory is watched',
      minutes,
      30,
    )
    .option(
      '--seed <number>',
      'torture: of all cases; fuzz: of the first program, each next one has the next',
      natural,
      1,
    )
    .option('--case <area:number>', 'torture: one case alone, with the --seed of its campaign')
    .option('--keep', 'torture: keep the folder in which cases were tried')
    .option('--write', 'frozen: keep the numbers as they are now, for this kind of processor')
    .addOption(set())
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe bench torture --minutes 30 --json torture.jsonl
  $ foreframe bench decode my.mp4
  $ foreframe bench results --quick
  $ foreframe bench results --only balls-frame-stack
  $ foreframe bench own-video face my.mp4 --out runs/own-video --seconds 60
  $ foreframe bench frozen --only pgn --only classify-mnist-100-labels-nrm`,
    )
    .action(async (what, files, options) =>
      (await import('../bench/bench.js')).benchCommand(what, files, options),
    );
}
