import { startFfmpeg } from '../ffmpeg/ffmpegProcess.js';

/**
 * How many JPEGs of a stream lack their end mark. Marks are counted in the packets themselves, as ffmpeg logs "EOI missing" for
 * small complete images too. Thumbnails within an image have both marks.
 * @param input as ffmpeg opens it
 */
export async function endlessJpegs(
  input: string,
  inputOptions: readonly string[],
  stream: number,
): Promise<number> {
  const ffmpeg = await startFfmpeg({
    inputOptions,
    input,
    outputOptions: ['-map', `0:${stream}`, '-c', 'copy', '-f', 'mjpeg'],
    onLine: () => {},
  });
  let [begun, ended, last] = [0, 0, 0];
  try {
    for await (const chunk of ffmpeg.output) {
      for (const byte of chunk as Uint8Array) {
        if (last === 0xff && byte === 0xd8) begun++;
        if (last === 0xff && byte === 0xd9) ended++;
        last = byte;
      }
    }
  } finally {
    await ffmpeg.kill();
  }
  return Math.max(0, begun - ended);
}
