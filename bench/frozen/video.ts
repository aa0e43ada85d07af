import ffmpegInstaller from '@ffmpeg-installer/ffmpeg';
import { run } from './commandLine.js';

const [WIDTH, HEIGHT, FRAMES] = [48, 36, 150];

/** A video of 150 frames in which two squares move; stored without loss, so that every ffmpeg decodes the same bytes. */
export async function makeVideo(path: string, cwd: string): Promise<void> {
  const size = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${WIDTH}x${HEIGHT}`, '-r', '25', '-i', '-'];
  const lossless = ['-c:v', 'ffv1', '-bitexact', '-y', path];
  await run(process.env.FFMPEG_PATH ?? ffmpegInstaller.path, [...size, ...lossless], cwd, frames());
}

function frames(): Uint8Array {
  const bytes = new Uint8Array(FRAMES * HEIGHT * WIDTH);
  for (let t = 0; t < FRAMES; t++)
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) {
        const bright = inSquare(x - ((3 * t) % WIDTH), y - 8) || inSquare(x - 20, y - ((2 * t) % HEIGHT));
        bytes[(t * HEIGHT + y) * WIDTH + x] = bright ? 220 : 40 + x + y;
      }
  return bytes;
}

const inSquare = (x: number, y: number) => x >= 0 && y >= 0 && x < 9 && y < 9;
