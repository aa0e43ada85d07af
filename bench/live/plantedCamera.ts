import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Random } from '../../src/common/random.js';
import { readFrames } from '../../src/video/index.js';

/** What Chromium's fake camera plays; small, because minutes of it lie uncompressed on disk. */
const SIZE = { width: 160, height: 120 };
export const CAMERA_RATE = 25;
/** Seconds until the first cut: what is usual has to be seen, and 25 frames have no score. */
const CLEAN = 10;
/** Seconds between two cuts, at least and at most; fewer where the video is short. */
const APART = [5, 8] as const;
/** Frames between where a scene stops and where the next one begins, as a share of the video: none looks like the one before. */
const FAR = 0.25;
/** Share of a video that one scene takes at most. */
const MOST_OF = 0.75;
/** Where the number of the scene is written, in binary: squares in the corner that change with a cut only. */
export const TAG = { side: 8, bits: 5 };

export interface PlantedCamera {
  readonly seconds: number;
  /** Scenes; the camera goes from the last to the first again. */
  readonly scenes: number;
}

/**
 * A real video as a fake camera that jumps to another place of it now and then, as `cut` of `bench surprise` does. It never runs to the
 * end of the video.
 * @param video a file @param path of the y4m file that is written @param seconds of it
 */
export async function plantedCamera(
  video: string,
  path: string,
  seconds: number,
  seed: number,
): Promise<PlantedCamera> {
  const clean = await framesOf(video);
  const scenes = plannedScenes(clean.length, seconds, seed);
  const file = createWriteStream(path);
  file.write(`YUV4MPEG2 W${SIZE.width} H${SIZE.height} F${CAMERA_RATE}:1 Ip A1:1 C420jpeg\n`);
  const chroma = Buffer.alloc((SIZE.width * SIZE.height) / 2, 128);
  for (const [scene, { start, length }] of scenes.entries())
    for (const frame of clean.slice(start, start + length)) {
      const whole = Buffer.concat([Buffer.from('FRAME\n'), tagged(frame, scene), chroma]);
      if (!file.write(whole)) await once(file, 'drain');
    }
  file.end();
  await once(file, 'finish');
  const written = scenes.reduce((sum, { length }) => sum + length, 0);
  return { seconds: written / CAMERA_RATE, scenes: scenes.length };
}

/** A piece of the video, in frames of the camera. */
export interface Scene {
  readonly start: number;
  readonly length: number;
}

/** Pieces of a video of so many frames, one after the other, for at least so many seconds, or as many as their tag can count. */
export function plannedScenes(frames: number, seconds: number, seed: number): Scene[] {
  const random = Random.for(seed, 'planted cuts');
  const scenes: Scene[] = [];
  let [planned, before] = [0, 0];
  while (planned < seconds * CAMERA_RATE && scenes.length < 1 << TAG.bits) {
    const wanted = scenes.length === 0 ? CLEAN : APART[0] + (APART[1] - APART[0]) * random.uniform();
    const length = Math.min(Math.round(wanted * CAMERA_RATE), Math.floor(MOST_OF * frames));
    const start = scenes.length === 0 ? 0 : startOf(frames, length, before, random);
    scenes.push({ start, length });
    planned += length;
    before = start + length;
  }
  return scenes;
}

/** Luma of each frame: of video it goes from 16 to 235. */
async function framesOf(video: string): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  const options = { ...SIZE, color: 'grey', fit: 'cover', rate: CAMERA_RATE } as const;
  for await (const { data } of readFrames(video, options))
    frames.push(data.map((value) => 16 + Math.round((219 * value) / 255)));
  return frames;
}

/** Where a scene of so many frames begins, far from where the last one stopped. */
function startOf(frames: number, length: number, before: number, random: Random): number {
  const places = Array.from({ length: frames - length }, (_, place) => place);
  const far = places.filter((place) => Math.abs(place - before) >= FAR * frames);
  return (far.length > 0 ? far : places)[random.integer((far.length > 0 ? far : places).length)]!;
}

function tagged(frame: Uint8Array, scene: number): Buffer {
  const luma = Buffer.from(frame);
  for (let bit = 0; bit < TAG.bits; bit++)
    for (let y = 0; y < TAG.side; y++)
      luma.fill(
        (scene >> bit) & 1 ? 235 : 16,
        y * SIZE.width + bit * TAG.side,
        y * SIZE.width + (bit + 1) * TAG.side,
      );
  return luma;
}
