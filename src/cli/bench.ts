import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchDecode } from '../../bench/decode.js';
import { bouncingBallsDataset } from '../../datasets/bouncingBallsDataset.js';
import { UsageError } from '../common/errors.js';
import { writeVideo } from '../video/index.js';
import { textTable } from './terminal.js';

/** `foreframe bench decode [FILE]` */
export async function benchCommand(
  what: string,
  file: string | undefined,
  options: { json?: boolean },
): Promise<void> {
  if (what !== 'decode') throw new UsageError(`there is no bench ${what}; there are: decode`);
  const folder = await mkdtemp(join(tmpdir(), 'foreframe-bench-'));
  try {
    const result = await benchDecode(file ?? (await manyBalls(folder)));
    if (options.json) console.log(JSON.stringify(result));
    else {
      const rows = [
        ['ffmpeg alone', result.ffmpegAlone.toFixed(0), '1.00'],
        ['foreframe pipeline', result.pipeline.toFixed(0), result.ratio.toFixed(2)],
      ];
      console.log(`${result.file}: ${result.frames} frames to 64×64 grey, medians`);
      console.log(textTable(['decode', 'frames/s', 'ratio'], rows));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A video to decode when none is named: 4,000 frames of bouncing balls. */
async function manyBalls(folder: string): Promise<string> {
  const file = join(folder, 'balls.mp4');
  const frames = Array.from(
    { length: 40 },
    (_, index) => bouncingBallsDataset.clip('train', index).frames,
  ).flat();
  await writeVideo(file, frames, { rate: 25 });
  return file;
}
