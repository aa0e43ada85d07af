import { resolve } from 'node:path';
import { ForeframeError, UsageError } from '../../common/errors.js';
import { checkFile, NO_FILE } from '../containers/fileFacts.js';
import { throwIfAborted } from '../frameOptions.js';
import { IMAGE_RATE } from '../sources/imageSequence.js';
import { checkPlaylist, isPlaylistFormat, ONLY_FILES } from '../sources/playlists.js';
import { oneSource, type VideoSource } from '../sources/sources.js';
import { chooseStream } from './chooseStream.js';
import { askFfmpeg } from './ffmpegBanner.js';
import { FfprobeCrash, type FfprobeOptions, runFfprobe } from './ffprobe.js';
import { packetTimes } from './packetTimes.js';
import { probeImages } from './probeImages.js';
import { type ProbeAnswer, type VideoInfo, videoInfo } from './videoInfo.js';

export type { VideoInfo } from './videoInfo.js';

export interface ProbeOptions {
  readonly signal?: AbortSignal;
  /** Images per second of an image sequence (25). */
  readonly rate?: number;
  /** Find the length of a file that does not state it: the whole file is read, but not decoded. */
  readonly findDuration?: boolean;
}

/**
 * Ask ffprobe about a video, or sharp about an image sequence.
 * @throws ForeframeError naming the file when it is missing, a directory, empty, not a video or without images;
 * UsageError for a pipe.
 */
export async function probeVideo(
  input: string | VideoSource,
  options: ProbeOptions = {},
): Promise<VideoInfo> {
  const source = typeof input === 'string' ? await oneSource(input) : input;
  throwIfAborted(options.signal, `probing ${source.name}`);
  if (source.kind === 'images')
    return probeImages(source.files, source.pages, source.name, options.rate ?? IMAGE_RATE);
  if (source.kind === 'input' && source.once)
    throw new UsageError(
      `${source.name} is a pipe: it can be read only once, so it cannot be probed first; save it to a file and name that`,
    );
  const file = source.kind === 'file' ? await checkFile(source.path) : NO_FILE;
  const playlist = source.kind === 'file' && file.ends && (await checkPlaylist(source.path));
  const asked = { name: source.name, looksLikeMp4: file.looksLikeMp4, signal: options.signal };
  const answer = await askAbout(source, asked);
  if (source.kind === 'file' && !playlist && isPlaylistFormat(answer.format?.format_name ?? '')) {
    throw new ForeframeError(`${source.name} is not a video but a playlist: name the videos themselves`);
  }
  const stream = chooseStream(answer.streams ?? []);
  if (!stream?.width || !stream.height) {
    const audio = answer.streams?.some((each) => each.codec_type === 'audio');
    throw new ForeframeError(
      audio
        ? `${source.name} holds sound but no images: give a file with a video stream`
        : `${source.name} holds no video stream: give a file with images in it`,
    );
  }
  const info = videoInfo(source.name, stream, answer.format, file);
  const unknown = info.duration === 0 && options.findDuration === true;
  if (source.kind !== 'file' || !file.ends || !(unknown || endsSomewhere(info))) return info;
  return measured(info, source, options.signal);
}

async function askAbout(
  source: Exclude<VideoSource, { kind: 'images' }>,
  asked: FfprobeOptions,
): Promise<ProbeAnswer> {
  const isFile = source.kind === 'file';
  const input = [
    ...(isFile ? ONLY_FILES : []),
    ...(source.format ? ['-f', source.format] : []),
    '-i',
    isFile ? `file:${resolve(source.path)}` : source.address,
  ];
  try {
    const json = await runFfprobe(['-of', 'json', '-show_format', '-show_streams', ...input], asked);
    return JSON.parse(json) as ProbeAnswer;
  } catch (error) {
    // The ffprobe of 2018 that npm carries crashes on every MPEG transport stream.
    if (!(error instanceof FfprobeCrash)) throw error;
    return askFfmpeg(input, asked);
  }
}

/** Matroska's length counts from its own zero with some writers, and from the first image with others. */
function endsSomewhere({ file, begin, duration }: VideoInfo): boolean {
  return file.matroska && duration > 0 && file.start + begin > 5e-4;
}

/** With the length found from the packets. */
async function measured(
  info: VideoInfo,
  { path, format }: Extract<VideoSource, { kind: 'file' }>,
  signal: AbortSignal | undefined,
): Promise<VideoInfo> {
  const from = info.duration - info.file.start - info.begin - TAIL;
  const { stream } = info;
  const packets = await packetTimes(resolve(path), {
    signal,
    stream,
    format,
    from: from > 0 ? from : undefined,
  });
  const { times, end, count } = packets;
  if (times.length === 0 || packets.asDecoded) return { ...info, frameCount: count || info.frameCount };
  const begin = from > 0 ? info.begin : times[0]!;
  const frameCount = from > 0 ? Math.round((end - begin) * info.frameRate) : count;
  return { ...info, begin, duration: end - begin, frameCount };
}

/** Seconds at the end of a file that are read to find its end. */
const TAIL = 20;
