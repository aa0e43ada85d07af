import { resolve } from 'node:path';
import { ForeframeError } from '../../common/errors.js';
import type { VideoSource } from '../sources/sources.js';
import { keptByFile } from './keptByFile.js';
import { type PacketTimes, packetTimes } from './packetTimes.js';
import type { VideoInfo } from './probe.js';
import { probeAnew } from './probeOnce.js';

type FileSource = Extract<VideoSource, { kind: 'file' }>;

/** The time during which a file shows images, in seconds from its beginning as a player shows it. */
export interface Span {
  readonly begin: number;
  /** When the last image ends. */
  readonly end: number;
  /** Approximate number of images; exact where `times` is set. */
  readonly frames: number;
  /** When each is shown, ascending. Missing where a large file was not read for it. */
  readonly times?: Float64Array;
  /** `times` are exact presentation times, not approximate ones. */
  readonly exact?: boolean;
  /** Seconds by which times go back within the file. */
  readonly back: number;
  /** The container's own time at the beginning of the file: pieces of a longer recording go on where the last one ended. */
  readonly fileStart: number;
  /** Images that the index of an incomplete file names and that are not there. */
  readonly missing: number;
}

/** Files in which a moment can be found without reading up to it are read whole, for their packets, up to this size. */
const READ_WHOLE = 512 * 2 ** 20;
/** Seconds at the end of a larger one that are read. */
const TAIL = 20;

const spans = keptByFile(measure);

/**
 * Where the images of a file begin and end. What the header of an .mp4 says is believed where it is exact; otherwise packets are
 * read, not decoded. The file is looked at now; reading it later goes by what was found.
 * @returns undefined for a bare stream whose images have no times
 * @throws what `probeVideo` throws
 */
export function spanOf(source: FileSource, signal?: AbortSignal): Promise<Span | undefined> {
  return spans.fresh(source, { signal });
}

/** The span, where it was measured before. */
export function knownSpan(source: FileSource): Promise<Span | undefined> {
  return spans.known(source);
}

async function measure(source: FileSource, { signal }: { signal?: AbortSignal }): Promise<Span | undefined> {
  const info = await probeAnew(source, { signal });
  const stated = statedSpan(info);
  if (stated) return stated;
  const path = resolve(source.path);
  const { stream } = info;
  const { format } = source;
  if (info.file.seekable && info.file.bytes > READ_WHOLE && info.duration > TAIL) {
    const tail = await packetTimes(path, { stream, format, from: info.begin + info.duration - TAIL, signal });
    if (tail.times.length > 0) {
      const { end, back, fileStart } = tail;
      const frames = Math.round((end - info.begin) * info.frameRate);
      return { begin: info.begin, end, back, fileStart, frames, missing: 0 };
    }
  }
  return packetSpan(await packetTimes(path, { stream, format, signal }), info);
}

/** The header's values, where they are reliable: a complete .mp4 of constant rate counts its images. */
function statedSpan(info: VideoInfo): Span | undefined {
  const { begin, duration, frameCount: frames, frameRate, file } = info;
  if (!file.indexed || !file.complete || !info.constantRate || duration <= 0) return undefined;
  if (Math.abs(frames - duration * frameRate) > 1) return undefined;
  const times = Float64Array.from({ length: frames }, (_, i) => begin + i / frameRate);
  return { begin, end: begin + duration, frames, times, back: 0, fileStart: file.start, missing: 0 };
}

function packetSpan(packets: PacketTimes, info: VideoInfo): Span | undefined {
  const { times, end, back, fileStart, count, damaged } = packets;
  if (count === 0)
    throw new ForeframeError(`cannot read ${info.path}: ${packets.reason ?? 'it holds no complete image'}`);
  if (times.length === 0 || (packets.asDecoded && info.duration === 0)) return undefined;
  const missing = info.file.complete ? 0 : Math.max(0, info.frameCount - count + damaged);
  const begin = times[0]!;
  // A last image without a length of its own lasts as long as the others.
  const step = times.length > 1 ? (times.at(-1)! - begin) / (times.length - 1) : 0;
  const last = end > times.at(-1)! ? end : end + step;
  return { begin, end: last, frames: times.length, times, exact: packets.exact, back, fileStart, missing };
}
