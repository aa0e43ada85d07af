import { spawn } from 'node:child_process';
import { batch, clips, Demand, fromPull, pull } from '../../src/stream/index.js';
import { findFfmpeg, readFrames } from '../../src/video/index.js';
import { median } from './median.js';

const SIZE = 64;
const ROUNDS = 9;

export interface DecodeResult {
  readonly file: string;
  readonly frames: number;
  /** Medians over rounds, frames per second. */
  readonly ffmpegAlone: number;
  readonly pipeline: number;
  /** Median of the rounds' ratios, pipeline ÷ ffmpeg alone: the two of a round ran one after the other. */
  readonly ratio: number;
}

/** Decode a file to 64×64 grey: ffmpeg alone into nothing, against the whole RxJS pipeline into batches. */
export async function benchDecode(file: string): Promise<DecodeResult> {
  const alone: number[] = [];
  const through: number[] = [];
  let frames = await throughPipeline(file);
  for (let round = 0; round < ROUNDS; round++) {
    const a = await timed(() => ffmpegAlone(file));
    const b = await timed(() => throughPipeline(file));
    frames = b.frames;
    alone.push(a.frames / a.seconds);
    through.push(b.frames / b.seconds);
  }
  const ratios = through.map((rate, round) => rate / alone[round]!);
  return { file, frames, ffmpegAlone: median(alone), pipeline: median(through), ratio: median(ratios) };
}

async function timed(work: () => Promise<number>): Promise<{ frames: number; seconds: number }> {
  const start = performance.now();
  const frames = await work();
  return { frames, seconds: (performance.now() - start) / 1000 };
}

function ffmpegAlone(file: string): Promise<number> {
  const scale = `scale=${SIZE}:${SIZE}`;
  const options = ['-v', 'error', '-i', file, '-vf', scale, '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'];
  return new Promise((resolve, reject) => {
    const child = spawn(findFfmpeg().path, options, { stdio: ['ignore', 'pipe', 'inherit'] });
    let bytes = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    child.on('error', reject);
    child.on('close', () => resolve(bytes / SIZE ** 2));
  });
}

async function throughPipeline(file: string): Promise<number> {
  const demand = new Demand();
  const options = { width: SIZE, height: SIZE, color: 'grey' } as const;
  const batches = fromPull((signal) => readFrames(file, { ...options, signal }), demand).pipe(
    clips({ length: 10 }),
    batch(16),
  );
  let frames = 0;
  for await (const { shape } of pull(batches, demand, { prefetch: 4 })) frames += shape[0] * shape[1];
  return frames;
}
