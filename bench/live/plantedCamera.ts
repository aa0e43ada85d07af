import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Random } from '../../src/common/random.js';
import { readFrames } from '../../src/video/index.js';

/** What Chromium's fake camera plays; small, because minutes of it lie uncompressed on disk. */
const SIZE = { width: 160, height: 120 };
export const CAMERA_RATE = 25;
/** Seconds until the first cut: what is usual has to be seen, and 25 frames have no score. */
const CLEAN = 15;
/** Seconds between two cuts, at least and at most. */
const APART = [8, 14] as const;
/** Where the number of the scene is written, in binary: squares in the corner that change with a cut only. */
export const TAG = { side: 8, bits: 5 };

export interface PlantedCamera {
  readonly seconds: number;
  /** Scenes; the camera goes from the last to the first again. */
  readonly scenes: number;
}

/**
 * A real video as a fake camera that jumps to another place of it now and then, as `cut` of `bench surprise` does: at least a quarter of
 * the video away. The video runs to its end and back again, so that its end is no cut.
 * @param video a file @param path of the y4m file that is written @param seconds of it
 */
export async function plantedCamera(
  video: string,
  path: string,
  seconds: number,
  seed: number,
): Promise<PlantedCamera> {
  const clean = await framesOf(video);
  const random = Random.for(seed, 'planted cuts');
  const file = createWriteStream(path);
  file.write(`YUV4MPEG2 W${SIZE.width} H${SIZE.height} F${CAMERA_RATE}:1 Ip A1:1 C420jpeg\n`);
  const chroma = Buffer.alloc((SIZE.width * SIZE.height) / 2, 128);
  const most = 1 << TAG.bits;
  let [place, scene, next] = [0, 0, CLEAN * CAMERA_RATE];
  for (let at = 0; at < seconds * CAMERA_RATE; at++) {
    if (at === next && scene + 1 < most) {
      const far = Math.floor(clean.length / 4);
      place += far + random.integer(clean.length - 2 * far);
      scene++;
      next += Math.round(CAMERA_RATE * (APART[0] + (APART[1] - APART[0]) * random.uniform()));
    }
    const frame = tagged(toAndFro(clean, place++), scene);
    if (!file.write(Buffer.concat([Buffer.from('FRAME\n'), frame, chroma]))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return { seconds, scenes: scene + 1 };
}

async function framesOf(video: string): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  const options = { ...SIZE, color: 'grey', fit: 'cover', rate: CAMERA_RATE } as const;
  for await (const { data } of readFrames(video, options)) frames.push(data);
  return frames;
}

function toAndFro(frames: readonly Uint8Array[], place: number): Uint8Array {
  const turn = Math.max(1, 2 * frames.length - 2);
  const at = place % turn;
  return frames[at < frames.length ? at : turn - at]!;
}

/** Luma of video goes from 16 to 235. */
function tagged(frame: Uint8Array, scene: number): Buffer {
  const luma = Buffer.from(frame.map((value) => 16 + Math.round((219 * value) / 255)));
  for (let bit = 0; bit < TAG.bits; bit++)
    for (let y = 0; y < TAG.side; y++)
      luma.fill(
        (scene >> bit) & 1 ? 235 : 16,
        y * SIZE.width + bit * TAG.side,
        y * SIZE.width + (bit + 1) * TAG.side,
      );
  return luma;
}
