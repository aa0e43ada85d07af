import { resolve } from 'node:path';
import { emptyImages, isUnfinished } from './aviChunks.js';
import type { DecodeLog } from './decodeLog.js';
import { missingEnd } from './fileEnd.js';
import type { FrameOptions } from './frameOptions.js';
import { endlessJpegs } from './jpegEnds.js';
import { ONLY_FILES } from './playlists.js';
import type { VideoInfo } from './probe.js';
import type { VideoSource } from './sources.js';

/** What was lost of a source. */
export interface Losses {
  /** Images that did not come; 0 where damage was concealed, or nobody can know how many. */
  readonly count: number;
  readonly message: string;
}

/**
 * What is missing from a stretch that was read to its end: the damage that ffmpeg tells of, the end of the file where its
 * format says that more should follow, and the images that the container counts and that never came.
 * @returns undefined when nothing is missing
 */
export async function lossesOf(
  source: Exclude<VideoSource, { kind: 'images' }>,
  options: FrameOptions,
  info: VideoInfo | undefined,
  log: DecodeLog,
): Promise<Losses | undefined> {
  const path = source.kind === 'file' && info ? resolve(source.path) : undefined;
  const cut = path && reachesEnd(options, info!) ? await missingEnd(path).catch(() => undefined) : undefined;
  // ffmpeg suspects whole packets where transport streams were joined; of those the packets' own counters tell. In other files it
  // is the last packet, which is read early and tells nothing of a stretch before it.
  const tells =
    info?.container !== 'mpegts' && (options.onCorrupt === 'fail' || !info || reachesEnd(options, info));
  const suspected = tells ? log.suspected : undefined;
  const unmarked = path && log.noEndMark ? await endlessImages(path, info!) : undefined;
  const damage = log.damage ?? suspected ?? cut ?? unmarked;
  const missing = path && wantsAll(options) ? await missingImages(path, info!, log, damage !== undefined) : 0;
  const count = Math.max(log.lost, missing);
  if (damage !== undefined) return { count, message: damage };
  if (count === 0) return undefined;
  return {
    count,
    message:
      info?.counted === undefined
        ? `of ${log.packets} images in it ${count} did not come`
        : `the container counts ${info.counted} images, and ${count} of them are not there`,
  };
}

function wantsAll({ start, duration }: FrameOptions): boolean {
  return !start && duration === undefined;
}

function reachesEnd({ start = 0, duration }: FrameOptions, info: VideoInfo): boolean {
  return (
    duration === undefined || info.duration === 0 || start + duration > info.begin + info.duration - 1e-3
  );
}

async function endlessImages(path: string, { codec, stream = 0 }: VideoInfo): Promise<string | undefined> {
  if (codec !== 'mjpeg') return undefined;
  const count = await endlessJpegs(`file:${path}`, ONLY_FILES, stream);
  return count > 0 ? `${count} of its JPEG images lack their end mark (EOI missing)` : undefined;
}

async function missingImages(
  path: string,
  info: VideoInfo,
  log: DecodeLog,
  damaged: boolean,
): Promise<number> {
  const { decoded, packets } = log;
  if (decoded === undefined || packets === undefined) return 0;
  // Of these codecs a packet is an image: a decoder that gives fewer has dropped some, at times without a word. (The index of an
  // .mp4 may hide images.)
  if (info.progressive && /^(h264|hevc)$/.test(info.codec) && !info.file.indexed && packets > decoded)
    return packets - decoded;
  if (info.counted === undefined) return damaged ? Math.max(0, info.frameCount - decoded) : 0;
  // An edit list hides images that an MP4 counts. Whatever its index names was read, or ffmpeg has complained.
  const byTime = Math.ceil(info.duration * info.frameRate - 1e-6) || info.counted;
  const hides = !info.container?.includes('avi');
  if (hides && !damaged) return 0;
  // Without any damage, a decoder that gives fewer images than packets was told to: fields of one image, repeated images.
  const came = damaged ? decoded : Math.max(packets, decoded);
  const missing = (hides ? Math.min(info.counted, byTime) : info.counted) - came;
  if (missing <= 0 || hides) return Math.max(0, missing);
  if (await isUnfinished(path).catch(() => false)) return 0;
  return Math.max(0, missing - (await emptyImages(path, info.stream ?? 0).catch(() => 0)));
}
