import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findFfmpeg } from '../../src/video/index.js';
import { watchedCommand } from './watchedCommand.js';

/** How often the video is repeated. */
const LOOPS = [1, 4, 16];

export interface MemoryResult {
  readonly loops: number;
  /** Of the training split. */
  readonly frames: number;
  readonly steps: number;
  /** Largest resident size of the training process, in MiB. */
  readonly peak: number;
  /** The same of the process that writes the latents of every clip of the video (`foreframe extract`). */
  readonly extraction: number;
}

/**
 * Train one pass over a video looped 1, 4 and 16 times, and extract the latents of all of it with the first of these runs, each in a
 * process of its own, and take their peak memory.
 */
export async function benchMemory(
  file: string,
  folder: string,
  settings: readonly string[],
): Promise<MemoryResult[]> {
  const results: MemoryResult[] = [];
  for (const loops of LOOPS) {
    const looped = join(folder, `looped-${loops}.mp4`);
    const options = [
      '-v',
      'error',
      '-stream_loop',
      String(loops - 1),
      '-i',
      file,
      '-an',
      '-c',
      'copy',
      looped,
    ];
    const { status, stderr } = spawnSync(findFfmpeg().path, options, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`ffmpeg could not loop ${file}: ${stderr}`);
    const trained = await trainOnce(looped, join(folder, `run-${loops}`), settings);
    const out = join(folder, `latents-${loops}.parquet`);
    const { peak: extraction } = await watched([
      'extract',
      join(folder, 'run-1'),
      looped,
      '--out',
      out,
      '--json',
    ]);
    results.push({ loops, ...trained, extraction });
  }
  return results;
}

async function trainOnce(
  video: string,
  run: string,
  settings: readonly string[],
): Promise<Omit<MemoryResult, 'loops' | 'extraction'>> {
  const budget = ['training.epochs=1', 'training.seconds=null', ...settings].flatMap((each) => [
    '--set',
    each,
  ]);
  const { answer, peak } = await watched(['train', 'video', video, ...budget, '--run', run, '--json']);
  const { step, framesRead } = JSON.parse(answer) as { step: number; framesRead: { train: number } };
  return { steps: step, frames: framesRead.train, peak };
}

/** Run a command of foreframe: what it printed and its peak memory in MiB. */
async function watched(args: readonly string[]): Promise<{ answer: string; peak: number }> {
  // The kernel keeps the peak itself: looking now and then only has to see it before the process is gone.
  const { answer, sizes } = await watchedCommand(args, 'VmHWM', 100);
  return { answer, peak: Math.max(0, ...sizes) };
}
