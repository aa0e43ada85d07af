import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { frameOptions } from '../../src/data/videoSource.js';
import { fromBytes, loadRun, train } from '../../src/index.js';
import { openFollowed } from '../../src/library/extracting/followed.js';
import { findFfmpeg, probeVideo, readFrames } from '../../src/video/index.js';
import { watchedCommand } from '../memory/watchedCommand.js';
import { median } from './median.js';

const ROUNDS = 5;
/** Frames of the video that are timed in each round. */
const TIMED = 500;
const RATE = 10;
/** Seconds from which on memory has to stay as it is. */
const WARM = 60;

export interface FollowBench {
  /** Medians over rounds, frames per second. */
  readonly predict: number;
  readonly extract: number;
  /** Median of the rounds' ratios, extract ÷ predict: the two of a round ran one after the other. */
  readonly ratio: number;
  /** The same of frames per processor second of this process: what else the machine does hardly changes it. Without ffmpeg. */
  readonly processor: { readonly predict: number; readonly extract: number; readonly ratio: number };
  /** Of the process that follows two hours of video, in MiB, each second. */
  readonly resident: readonly number[];
  readonly frames: number;
  readonly seconds: number;
}

/** Settings that change nothing but how long the run is trained, which neither speed nor memory asks about. */
const BUDGET = ['training.steps=4', 'training.seconds=null'];

/**
 * Following a video (`extract --every frame`) beside predicting it frame by frame without drawing, in this process; and what a
 * process holds that follows hours of it at ten frames per second.
 * @param onLine hears what is found as it is found
 */
export async function benchFollow(
  video: string,
  folder: string,
  settings: readonly string[],
  hours: number,
  onLine: (line: string) => void,
): Promise<FollowBench> {
  const run = join(folder, 'run');
  await train({ pipeline: 'video', videos: [video], set: [...BUDGET, ...settings], folder: run });
  const speed = await beside(run, video, onLine);
  const long = join(folder, 'long.mp4');
  const { duration } = await probeVideo(video);
  ffmpeg('-i', video, '-t', '60', '-an', '-r', String(RATE), '-s', '64x64', join(folder, 'minute.mp4'));
  const loops = Math.ceil((3600 * hours) / Math.min(60, duration));
  const whole = ['-t', String(3600 * hours), '-c', 'copy', long];
  ffmpeg('-stream_loop', String(loops), '-i', join(folder, 'minute.mp4'), ...whole);
  onLine(`${hours.toFixed(1)} h of video, ${Math.round(3600 * hours * RATE)} frames`);
  return { ...speed, ...(await watchedExtraction(run, long, join(folder, 'long.parquet'), onLine)) };
}

async function beside(
  run: string,
  video: string,
  onLine: (line: string) => void,
): Promise<Pick<FollowBench, 'predict' | 'extract' | 'ratio' | 'processor'>> {
  const { config, predictor, dispose } = await loadRun(run);
  const to = TIMED / ((await probeVideo(video)).frameRate ?? 25);
  const followed = await openFollowed(run, { videos: [{ video, to }], every: 'frame', pool: 'mean' });
  const predict = async () => {
    predictor.reset();
    let frames = 0;
    for await (const { data } of readFrames(video, { ...frameOptions(config.data), duration: to })) {
      await predictor.watch(fromBytes(data));
      frames++;
    }
    return frames;
  };
  const extract = async () => {
    let rows = 0;
    for await (const batch of followed.batches()) rows += batch.rows;
    return rows;
  };
  const rates: Record<'predict' | 'extract', number[]> = { predict: [], extract: [] };
  const processorRates: typeof rates = { predict: [], extract: [] };
  for (let round = -1; round < ROUNDS; round++)
    for (const [name, work] of Object.entries({ predict, extract }) as [
      'predict' | 'extract',
      typeof predict,
    ][]) {
      const [start, used] = [performance.now(), process.cpuUsage()];
      const frames = await work();
      const wall = (performance.now() - start) / 1000;
      const { user, system } = process.cpuUsage(used);
      // The first round warms up.
      if (round < 0) continue;
      rates[name].push(frames / wall);
      onLine(`round ${round + 1} of ${ROUNDS}, ${name}: ${(frames / wall).toFixed(0)} frames/s`);
      processorRates[name].push(frames / ((user + system) / 1e6));
    }
  await followed.dispose();
  await dispose();
  return { ...medians(rates), processor: medians(processorRates) };
}

function medians({ predict, extract }: Record<'predict' | 'extract', number[]>): FollowBench['processor'] {
  const ratios = extract.map((rate, round) => rate / predict[round]!);
  return { predict: median(predict), extract: median(extract), ratio: median(ratios) };
}

function ffmpeg(...options: string[]): void {
  const { status, stderr } = spawnSync(findFfmpeg().path, ['-v', 'error', '-y', ...options], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`ffmpeg ${options.join(' ')} failed: ${stderr}`);
}

/** Resident memory of a process that extracts, each second. */
async function watchedExtraction(
  run: string,
  video: string,
  out: string,
  onLine: (line: string) => void,
): Promise<Pick<FollowBench, 'resident' | 'frames' | 'seconds'>> {
  const args = ['extract', run, video, '--every', 'frame', '--pool', 'mean', '--out', out, '--json'];
  const { answer, sizes } = await watchedCommand(args, 'VmRSS', 1000, (sizes) => {
    if (sizes.length % WARM === 0) onLine(`${sizes.length / WARM} min: ${sizes.at(-1)?.toFixed(0)} MiB`);
  });
  const { frames, seconds } = JSON.parse(answer) as { frames: number; seconds: number };
  return { resident: sizes, frames, seconds };
}

/** Resident memory after the first minute; of a run that took less than two, of its second half. */
export interface WarmMemory {
  readonly least: number;
  readonly middle: number;
  /** Largest in the earlier half of that time, and in the later: memory that grows with the video is larger there. */
  readonly earlier: number;
  readonly later: number;
}

export function afterWarmUp(resident: readonly number[]): WarmMemory {
  const warm = resident.length > 2 * WARM ? WARM : Math.ceil(resident.length / 2);
  const rest = resident.slice(warm);
  const half = Math.ceil(rest.length / 2);
  return {
    least: Math.min(...rest),
    middle: median(rest),
    earlier: Math.max(...rest.slice(0, half)),
    later: Math.max(...rest.slice(half)),
  };
}
