import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codedVideos } from './mutation/codedVideos.js';
import { cli } from './processes/cli.js';
import { layOut, type Materials, trainingOn, type WritingCommand } from './processes/commands.js';

// What commands write when nobody disturbs them: made once in a campaign, by whichever area needs it first.

/** A folder after an undisturbed command, and how long that took. */
export interface Undisturbed {
  readonly folder: string;
  readonly seconds: number;
}

/** The video, and the runs that were trained on it. */
export async function materials(shared: string): Promise<Materials> {
  const video = codedVideos(join(shared, 'videos'), ['h264.mp4', 'mpeg4.avi'])[0];
  if (!video) throw new Error('this ffmpeg writes no video to train on');
  const training = trainingOn(video.path);
  const whole = await made(join(shared, 'whole'), (folder) =>
    inFolder(folder, training.whole, { video: video.path }),
  );
  const half = await made(join(shared, 'half'), (folder) =>
    inFolder(folder, training.half, { video: video.path }),
  );
  return { video: video.path, run: join(whole.folder, 'run'), half: join(half.folder, 'run') };
}

/** @throws Error when the command fails although nothing disturbs it */
export function undisturbed(shared: string, command: WritingCommand, given: Materials): Promise<Undisturbed> {
  return made(join(shared, `undisturbed-${command.name.replace(' ', '-')}`), async (folder) => {
    layOut(folder, command, given);
    return run(folder, command.args);
  });
}

async function inFolder(
  folder: string,
  args: readonly string[],
  { video }: { video: string },
): Promise<number> {
  layOut(
    folder,
    { name: 'train', args, again: [], readsRun: false, polite: true },
    { video, run: '', half: '' },
  );
  return run(folder, args);
}

async function run(folder: string, args: readonly string[]): Promise<number> {
  const outcome = await cli(args, { cwd: folder, mark: folder, limit: 170 });
  if (outcome.code !== 0)
    throw new Error(`foreframe ${args.join(' ')} fails undisturbed: ${outcome.stderr.trim().slice(-300)}`);
  return outcome.seconds;
}

/** Made in a folder of its own, then put in place: two areas may be at it. */
async function made(folder: string, make: (folder: string) => Promise<number>): Promise<Undisturbed> {
  const note = `${folder}.json`;
  if (!existsSync(note)) {
    mkdirSync(join(folder, '..'), { recursive: true });
    const own = mkdtempSync(`${folder}-`);
    const seconds = await make(own);
    try {
      renameSync(own, folder);
    } catch {
      // Another area was faster, and its folder is as good.
      rmSync(own, { recursive: true, force: true });
    }
    writeFileSync(note, JSON.stringify({ seconds }));
  }
  return { folder, ...(JSON.parse(readFileSync(note, 'utf8')) as { seconds: number }) };
}
