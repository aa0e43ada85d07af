import { type Command, InvalidArgumentError } from 'commander';
import { count, device, json } from './options.js';

const score = (value: string) => {
  const number = Number(value);
  if (!(number > 0)) throw new InvalidArgumentError('a score above 0');
  return number;
};

/** The command that watches for what is unusual. */
export function surpriseCommands(program: Command): void {
  program
    .command('surprise')
    .description('watch videos or cameras for what is unusual: scores, events, a page and an annotated video')
    .argument('<run>', 'run folder')
    .argument(
      '<videos...>',
      'files, folders, globs, image sequences, or ffmpeg inputs, which are followed until Ctrl-C',
    )
    .option('--out <dir>', 'folder that gets a folder for each video', 'surprise')
    .option(
      '--threshold <score>',
      'robust deviations above the usual error at which an event begins (default: 6)',
      score,
    )
    .option('--window <frames>', 'so many of the last frames say what is usual (default: 1500)', count)
    .option(
      '--learn [steps]',
      'go on learning, so many steps for each frame (without a number: 1); the run stays as it is',
      count,
    )
    .option('--save <dir>', 'new run folder for what was learned')
    .option('--webhook <url>', 'post each event there as JSON when it begins and when it is over')
    .option('--no-video', 'write no annotated.mp4')
    .addOption(device())
    .addOption(json())
    .addHelpText(
      'after',
      `
Examples:
  $ foreframe surprise runs/video other.mp4
  $ foreframe surprise runs/video rtsp://camera/stream --learn --webhook http://localhost:8080/events
  $ foreframe surprise runs/video v4l2:/dev/video0 --json > scores.jsonl`,
    )
    .action(async (run, videos, options) =>
      (await import('../surprise/surprise.js')).surpriseCommand(run, videos, options),
    );
}
