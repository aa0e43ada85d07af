import { resolve } from 'node:path';
import sharp from 'sharp';
import { ForeframeError, messageOf, UsageError } from '../common/errors.js';
import { askFfmpeg } from './ffmpegBanner.js';
import { FfprobeCrash, type FfprobeOptions, runFfprobe } from './ffprobe.js';
import { type CheckedFile, checkFile, type FileFacts, fileFacts, NO_FILE } from './fileFacts.js';
import { throwIfAborted } from './frameOptions.js';
import { IMAGE_RATE } from './imageSequence.js';
import { packetTimes } from './packetTimes.js';
import { oneSource, type VideoSource } from './sources.js';

/** What a video's container says about its pictures. */
export interface VideoInfo {
  readonly path: string;
  /** Pixels as displayed: after rotation, with anamorphic pixels made square. */
  readonly width: number;
  readonly height: number;
  /** Seconds; 0 when unknown, as for a camera or a file that was written as a stream. */
  readonly duration: number;
  /** Seconds from the beginning of the file, as a player counts, to the first picture: sound may come first. */
  readonly begin: number;
  /** Pictures per second on average; 0 when unknown. */
  readonly frameRate: number;
  /** Exact where the container counts its pictures, else `duration * frameRate`; 0 when unknown. */
  readonly frameCount: number;
  /** Whether pictures come at even distances, as far as the container says. */
  readonly constantRate: boolean;
  /** Degrees clockwise that the stored pictures are turned for display: 0, 90, 180 or 270. */
  readonly rotation: number;
  readonly codec: string;
  /** ffmpeg's name, for example `yuv420p`. */
  readonly pixelFormat: string;
  /** How far the file can be relied on. */
  readonly file: FileFacts;
}

export interface ProbeOptions {
  readonly signal?: AbortSignal;
  /** Pictures per second of an image sequence (25). */
  readonly rate?: number;
  /** Look for the length of a file that does not tell it: all of it is read, though nothing decoded. */
  readonly findDuration?: boolean;
}

/**
 * Ask ffprobe about a video, or sharp about an image sequence.
 * @throws ForeframeError naming the file when it is missing, a directory, empty, not a video or without pictures.
 */
export async function probeVideo(
  input: string | VideoSource,
  options: ProbeOptions = {},
): Promise<VideoInfo> {
  const source = typeof input === 'string' ? await oneSource(input) : input;
  throwIfAborted(options.signal, `probing ${source.name}`);
  if (source.kind === 'images') return probeImages(source.files, source.name, options.rate ?? IMAGE_RATE);
  if (source.kind === 'input' && source.once)
    throw new UsageError(`${source.name} is a pipe: it can be read once, so it is not looked at beforehand`);
  const file = source.kind === 'file' ? await checkFile(source.path) : NO_FILE;
  const address = source.kind === 'file' ? `file:${resolve(source.path)}` : source.address;
  const format = source.kind === 'input' && source.format ? ['-f', source.format] : [];
  const asked = { name: source.name, looksLikeMp4: file.looksLikeMp4, signal: options.signal };
  const answer = await askAbout(address, format, asked);
  // Attached pictures are covers of music, not video.
  const stream = answer.streams?.find(
    (each) => each.codec_type === 'video' && !each.disposition?.attached_pic,
  );
  if (!stream?.width || !stream.height) {
    const audio = answer.streams?.some((each) => each.codec_type === 'audio');
    throw new ForeframeError(
      audio
        ? `${source.name} holds sound but no pictures: give a file with a video stream`
        : `${source.name} holds no video stream: give a file with pictures in it`,
    );
  }
  const info = videoInfo(source.name, stream, answer.format, file);
  const unknown = info.duration === 0 && options.findDuration === true;
  if (source.kind !== 'file' || !file.ends || !(unknown || endsSomewhere(info))) return info;
  return measured(info, resolve(source.path), options.signal);
}

/** Matroska's length counts from its own zero with some writers, and from the first picture with others. */
function endsSomewhere({ file, begin, duration }: VideoInfo): boolean {
  return file.matroska && duration > 0 && file.start + begin > 5e-4;
}

/** With the length that the packets tell. */
async function measured(info: VideoInfo, path: string, signal: AbortSignal | undefined): Promise<VideoInfo> {
  const from = info.duration - info.file.start - info.begin - TAIL;
  const packets = await packetTimes(path, { signal, from: from > 0 ? from : undefined });
  const { times, end, count } = packets;
  if (times.length === 0 || packets.asDecoded) return { ...info, frameCount: count || info.frameCount };
  const begin = from > 0 ? info.begin : times[0]!;
  const frameCount = from > 0 ? Math.round((end - begin) * info.frameRate) : count;
  return { ...info, begin, duration: end - begin, frameCount };
}

/** Seconds at the end of a file that are read to find its end. */
const TAIL = 20;

export interface ProbedStream {
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly pix_fmt?: string;
  readonly width?: number;
  readonly height?: number;
  readonly sample_aspect_ratio?: string;
  readonly avg_frame_rate?: string;
  readonly r_frame_rate?: string;
  readonly start_time?: string;
  readonly duration?: string;
  readonly nb_frames?: string;
  readonly tags?: { readonly rotate?: string; readonly DURATION?: string };
  readonly disposition?: { readonly attached_pic?: number };
  readonly side_data_list?: readonly { readonly rotation?: number }[];
}

export interface ProbeAnswer {
  readonly streams?: readonly ProbedStream[];
  readonly format?: {
    readonly format_name?: string;
    readonly start_time?: string;
    readonly duration?: string;
  };
}

async function askAbout(
  address: string,
  format: readonly string[],
  asked: FfprobeOptions,
): Promise<ProbeAnswer> {
  const args = ['-of', 'json', '-show_format', '-show_streams', ...format, '-i', address];
  try {
    return JSON.parse(await runFfprobe(args, asked)) as ProbeAnswer;
  } catch (error) {
    // The ffprobe of 2018 that npm carries crashes on every MPEG transport stream.
    if (!(error instanceof FfprobeCrash)) throw error;
    return askFfmpeg([...format, '-i', address], asked);
  }
}

function videoInfo(
  path: string,
  stream: ProbedStream,
  container: ProbeAnswer['format'],
  facts: CheckedFile,
): VideoInfo {
  const rotation = rotationOf(stream);
  const width = Math.round(stream.width! * (ratio(stream.sample_aspect_ratio) || 1));
  const height = stream.height!;
  const average = ratio(stream.avg_frame_rate);
  const nominal = ratio(stream.r_frame_rate);
  const frameRate = average || nominal;
  const start = Number(container?.start_time) || 0;
  const begin = Math.max(0, (Number(stream.start_time) || 0) - start);
  const own = Number(stream.duration ?? 0) || seconds(stream.tags?.DURATION);
  const duration = own || Math.max(0, (Number(container?.duration ?? 0) || 0) - begin);
  const turned = rotation % 180 !== 0;
  return {
    path,
    width: turned ? height : width,
    height: turned ? width : height,
    duration,
    begin,
    frameRate,
    frameCount: Number(stream.nb_frames ?? 0) || Math.round(duration * frameRate),
    constantRate: average > 0 && Math.abs(average - nominal) < 0.01 * nominal,
    rotation,
    codec: stream.codec_name ?? 'unknown',
    pixelFormat: stream.pix_fmt ?? 'unknown',
    file: fileFacts(facts, container?.format_name ?? '', start),
  };
}

/** Degrees clockwise; ffprobe's side data counts the other way round, its old `rotate` tag does not. */
function rotationOf(stream: ProbedStream): number {
  const side = stream.side_data_list?.find((each) => each.rotation !== undefined)?.rotation;
  const degrees = side === undefined ? Number(stream.tags?.rotate ?? 0) || 0 : -side;
  return (((Math.round(degrees / 90) * 90) % 360) + 360) % 360;
}

/** The value of `30000/1001` or `4:3`; 0 when undefined. */
function ratio(text: string | undefined): number {
  const [above, below] = (text ?? '').split(/[/:]/).map(Number);
  return above && below ? above / below : 0;
}

/** Matroska writes a stream's length as `00:00:04.000000000`. */
function seconds(text: string | undefined): number {
  return (text ?? '').split(':').reduce((sum, part) => sum * 60 + (Number(part) || 0), 0);
}

async function probeImages(files: readonly string[], name: string, rate: number): Promise<VideoInfo> {
  const first = files[0]!;
  const picture = await sharp(first)
    .metadata()
    .catch((error) => {
      throw new ForeframeError(`cannot read ${first}: ${messageOf(error)}`, { cause: error });
    });
  return {
    path: name,
    width: picture.autoOrient.width,
    height: picture.autoOrient.height,
    duration: files.length / rate,
    begin: 0,
    frameRate: rate,
    frameCount: files.length,
    constantRate: true,
    rotation: 0,
    codec: picture.format,
    pixelFormat: picture.hasAlpha ? 'rgba' : picture.channels === 1 ? 'gray' : 'rgb24',
    file: fileFacts(NO_FILE, '', 0),
  };
}
