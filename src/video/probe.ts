import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import sharp, { type Metadata } from 'sharp';
import { ForeframeError, messageOf } from '../common/errors.js';
import { chooseStream } from './chooseStream.js';
import { runFfprobe } from './ffprobe.js';
import { throwIfAborted } from './frameOptions.js';
import { checkImageKind, ImageKindError } from './imageFile.js';
import { IMAGE_RATE } from './imageSequence.js';
import { packetTimes } from './packetTimes.js';
import { type PixelFacts, pixelFacts } from './pixelFormat.js';
import { checkPlaylist, isPlaylistFormat, ONLY_FILES } from './playlists.js';
import { oneSource, type VideoSource } from './sources.js';

/** What a video's container says about its pictures. */
export interface VideoInfo extends PixelFacts {
  readonly path: string;
  /** Pixels as displayed: after rotation, with anamorphic pixels made square. */
  readonly width: number;
  readonly height: number;
  /** Seconds; 0 when unknown, as for a camera or a file that was written as a stream. */
  readonly duration: number;
  /** Pictures per second on average; 0 when unknown. */
  readonly frameRate: number;
  /** Exact where the container counts its pictures, else `duration * frameRate`; 0 when unknown. */
  readonly frameCount: number;
  /** Whether pictures come at even distances, as far as the container says. */
  readonly constantRate: boolean;
  /** Degrees clockwise that the stored pictures are turned for display: 0, 90, 180 or 270. */
  readonly rotation: number;
  readonly codec: string;
  /** Which of the file's streams holds the images; undefined for image sequences. */
  readonly stream?: number;
  /** Images that the container counts; undefined when it does not. */
  readonly counted?: number;
  /** ffmpeg's names of the container, for example `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly container?: string;
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
  if (source.kind === 'images')
    return probeImages(source.files, source.pages, source.name, options.rate ?? IMAGE_RATE);
  const { ends, looksLikeMp4 } =
    source.kind === 'file' ? await checkFile(source.path) : { ends: false, looksLikeMp4: false };
  const address = source.kind === 'file' ? `file:${resolve(source.path)}` : source.address;
  const format = source.format ? ['-f', source.format] : [];
  const guard = source.kind === 'file' ? ONLY_FILES : [];
  const playlist = source.kind === 'file' && ends && (await checkPlaylist(source.path));
  const asked = { name: source.name, looksLikeMp4, signal: options.signal };
  const answer = parseAnswer(
    await runFfprobe(
      ['-of', 'json', '-show_format', '-show_streams', ...guard, ...format, '-i', address],
      asked,
    ),
  );
  if (source.kind === 'file' && !playlist && isPlaylistFormat(answer.format?.format_name ?? '')) {
    throw new ForeframeError(`${source.name} is not a video but a playlist: name the videos themselves`);
  }
  const stream = chooseStream(answer.streams ?? []);
  if (!stream?.width || !stream.height) {
    const audio = answer.streams?.some((each) => each.codec_type === 'audio');
    throw new ForeframeError(
      audio
        ? `${source.name} holds sound but no pictures: give a file with a video stream`
        : `${source.name} holds no video stream: give a file with pictures in it`,
    );
  }
  const info = videoInfo(source.name, stream, answer.format?.duration, answer.format?.format_name);
  if (info.duration > 0 || !options.findDuration || !ends) return info;
  const { duration, count } = await packetTimes(address, asked);
  return { ...info, duration, frameCount: count };
}

/** @throws ForeframeError when `path` is not a file with something in it. */
async function checkFile(path: string): Promise<{ ends: boolean; looksLikeMp4: boolean }> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new ForeframeError(
      error.code === 'ENOENT' || error.code === 'ENOTDIR'
        ? `there is no file ${path}: check the name`
        : `cannot read ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  });
  if (found.isDirectory()) {
    throw new ForeframeError(`${path} is a directory: give one of the videos in it`);
  }
  if (found.isFile() && found.size === 0) {
    throw new ForeframeError(`${path} is empty: copy or download it again`);
  }
  // A camera or a pipe, named by its path.
  if (!found.isFile()) return { ends: false, looksLikeMp4: false };
  try {
    const file = await open(path);
    try {
      const { buffer } = await file.read(Buffer.alloc(12));
      return {
        ends: true,
        looksLikeMp4: /^(ftyp|moov|mdat|wide|free|skip)$/.test(buffer.toString('latin1', 4, 8)),
      };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new ForeframeError(`cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

interface ProbedStream {
  readonly index?: number;
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly pix_fmt?: string;
  readonly color_range?: string;
  readonly color_space?: string;
  readonly width?: number;
  readonly height?: number;
  readonly sample_aspect_ratio?: string;
  readonly avg_frame_rate?: string;
  readonly r_frame_rate?: string;
  readonly duration?: string;
  readonly nb_frames?: string;
  readonly tags?: { readonly rotate?: string; readonly DURATION?: string; readonly alpha_mode?: string };
  readonly disposition?: { readonly attached_pic?: number };
  readonly side_data_list?: readonly { readonly rotation?: number }[];
}

interface ProbeAnswer {
  readonly streams?: readonly ProbedStream[];
  readonly format?: { readonly duration?: string; readonly format_name?: string };
}

function parseAnswer(json: string): ProbeAnswer {
  return JSON.parse(json) as ProbeAnswer;
}

function videoInfo(
  path: string,
  stream: ProbedStream,
  containerDuration: string | undefined,
  container: string | undefined,
): VideoInfo {
  const rotation = rotationOf(stream);
  const width = Math.round(stream.width! * (ratio(stream.sample_aspect_ratio) || 1));
  const height = stream.height!;
  const average = ratio(stream.avg_frame_rate);
  const nominal = ratio(stream.r_frame_rate);
  const frameRate = average || nominal;
  const duration =
    Number(stream.duration ?? 0) || seconds(stream.tags?.DURATION) || Number(containerDuration ?? 0) || 0;
  const turned = rotation % 180 !== 0;
  return {
    path,
    width: turned ? height : width,
    height: turned ? width : height,
    duration,
    frameRate,
    frameCount: Number(stream.nb_frames ?? 0) || Math.round(duration * frameRate),
    constantRate: average > 0 && Math.abs(average - nominal) < 0.01 * nominal,
    rotation,
    codec: stream.codec_name ?? 'unknown',
    ...(stream.index !== undefined && { stream: stream.index }),
    ...(Number(stream.nb_frames) > 0 && { counted: Number(stream.nb_frames) }),
    ...(container !== undefined && { container }),
    ...pixelFacts(stream),
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

async function probeImages(
  files: readonly string[],
  pages: readonly number[] | undefined,
  name: string,
  rate: number,
): Promise<VideoInfo> {
  let first: unknown;
  let picture: Metadata | undefined;
  // An image that cannot be read is left to the reader, which skips or refuses it as it is asked to.
  for (const [at, file] of files.entries()) {
    try {
      await checkImageKind(file, pages?.[at]);
      picture = await sharp(file).metadata();
      break;
    } catch (error) {
      if (error instanceof ImageKindError) throw error;
      first ??= new ForeframeError(`cannot read ${file}: ${messageOf(error)}`, { cause: error });
    }
  }
  if (!picture) throw first;
  return {
    path: name,
    width: picture.autoOrient.width,
    height: picture.autoOrient.height,
    duration: files.length / rate,
    frameRate: rate,
    frameCount: files.length,
    constantRate: true,
    rotation: 0,
    codec: picture.format,
    pixelFormat: picture.hasAlpha ? 'rgba' : picture.channels === 1 ? 'gray' : 'rgb24',
  };
}
