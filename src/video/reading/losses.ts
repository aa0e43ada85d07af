import { resolve } from 'node:path';
import { emptyImages, isUnfinished } from '../containers/aviChunks.js';
import { missingEnd } from '../containers/fileEnd.js';
import { endlessJpegs } from '../containers/jpegEnds.js';
import type { FrameOptions } from '../frameOptions.js';
import type { VideoInfo } from '../probing/probe.js';
import { ONLY_FILES } from '../sources/playlists.js';
import type { VideoSource } from '../sources/sources.js';
import type { DecodeLog } from './decodeLog.js';

/** What was lost of a source. */
export interface Losses {
  /** Number of missing images; 0 where ffmpeg concealed the damage, or the number is unknown. */
  readonly count: number;
  readonly message: string;
}

/**
 * What is missing from a stretch that was read to its end: the damage that ffmpeg reports, the end of the file where its
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
  // Where transport streams were joined, ffmpeg suspects intact packets; there the packets' own counters decide. In other files
  // it suspects the last packet, which is read early and says nothing about a stretch before it.
  const counts =
    info?.container !== 'mpegts' && (options.onCorrupt === 'fail' || !info || reachesEnd(options, info));
  const suspected = counts ? log.suspected : undefined;
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
        ? `of ${log.packets} images ${count} are missing`
        : `the container counts ${info.counted} images, and ${count} of them are missing`,
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

/**
 * Whether each packet is one image: a decoder that gives fewer has dropped some, at times without an error. (The index of an .mp4 may
 * hide images.)
 */
function packetIsImage({ progressive, codec, file }: VideoInfo): boolean {
  return progressive === true && /^(h264|hevc)$/.test(codec) && !file.indexed;
}

/** The loss where a stretch gave fewer images than its packets state, and nothing else reports it. */
export function missingOfStretch(
  info: VideoInfo | undefined,
  came: number,
  expected: number | undefined,
): Losses | undefined {
  if (!info || !packetIsImage(info) || expected === undefined || came >= expected) return undefined;
  const count = expected - came;
  return { count, message: `of ${expected} images in the stretch ${count} are missing` };
}

async function missingImages(
  path: string,
  info: VideoInfo,
  log: DecodeLog,
  damaged: boolean,
): Promise<number> {
  const { decoded, packets } = log;
  if (decoded === undefined || packets === undefined) return 0;
  if (packetIsImage(info) && packets > decoded) return packets - decoded;
  if (info.counted === undefined) return damaged ? Math.max(0, info.frameCount - decoded) : 0;
  // An edit list hides images that an MP4 counts. Whatever its index names was read, or ffmpeg has complained.
  const byTime = Math.ceil(info.duration * info.frameRate - 1e-6) || info.counted;
  const hides = !info.container?.includes('avi');
  if (hides && !damaged) return 0;
  // Without any damage, a decoder gives fewer images than packets by design: fields of one image, repeated images.
  const came = damaged ? decoded : Math.max(packets, decoded);
  const missing = (hides ? Math.min(info.counted, byTime) : info.counted) - came;
  if (missing <= 0 || hides) return Math.max(0, missing);
  if (await isUnfinished(path).catch(() => false)) return 0;
  return Math.max(0, missing - (await emptyImages(path, info.stream ?? 0).catch(() => 0)));
}
