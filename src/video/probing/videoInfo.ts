import { required } from '../../common/required.js';
import { type CheckedFile, type FileFacts, fileFacts } from '../containers/fileFacts.js';
import { type PixelFacts, pixelFacts } from './pixelFormat.js';

/** What a video's container says about its images. */
export interface VideoInfo extends PixelFacts {
  readonly path: string;
  /** Pixels as displayed: after rotation, with anamorphic pixels made square. */
  readonly width: number;
  readonly height: number;
  /** Seconds; 0 when unknown, as for a camera or a file that was written as a stream. */
  readonly duration: number;
  /** Seconds from the beginning of the file, as a player counts, to the first image: sound may come first. */
  readonly begin: number;
  /** Images per second on average; 0 when unknown. */
  readonly frameRate: number;
  /** Exact where the container counts its images, else `duration * frameRate`; 0 when unknown. */
  readonly frameCount: number;
  /** Whether images come at even distances, as far as the container says. */
  readonly constantRate: boolean;
  /** Degrees clockwise that the stored images are turned for display: 0, 90, 180 or 270. */
  readonly rotation: number;
  readonly codec: string;
  /** Which of the file's streams holds the images; undefined for image sequences. */
  readonly stream?: number;
  /** Images that the container counts; undefined when it does not. */
  readonly counted?: number;
  /** Whole images, none of them as two fields one after the other, as far as the stream says. */
  readonly progressive?: boolean;
  /** ffmpeg's names of the container, for example `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly container?: string;
  /** How far the file can be relied on. */
  readonly file: FileFacts;
}

export interface ProbedStream {
  readonly index?: number;
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly pix_fmt?: string;
  readonly color_range?: string;
  readonly color_space?: string;
  readonly field_order?: string;
  readonly width?: number;
  readonly height?: number;
  readonly sample_aspect_ratio?: string;
  readonly avg_frame_rate?: string;
  readonly r_frame_rate?: string;
  readonly start_time?: string;
  readonly duration?: string;
  readonly nb_frames?: string;
  readonly tags?: { readonly rotate?: string; readonly DURATION?: string; readonly alpha_mode?: string };
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

/** ffprobe's answer about one stream of a file, in numbers. */
export function videoInfo(
  path: string,
  stream: ProbedStream,
  container: ProbeAnswer['format'],
  facts: CheckedFile,
): VideoInfo {
  const rotation = rotationOf(stream);
  const width = Math.round(required(stream, 'width') * (ratio(stream.sample_aspect_ratio) || 1));
  const height = required(stream, 'height');
  const average = ratio(stream.avg_frame_rate);
  const nominal = ratio(stream.r_frame_rate);
  const frameRate = average || nominal;
  const start = Number(container?.start_time) || 0;
  const begin = Math.max(0, (Number(stream.start_time) || 0) - start);
  const duration = facts.unfinished ? 0 : lengthOf(stream, container, begin);
  const counted = facts.unfinished ? 0 : shownOf(Number(stream.nb_frames) || 0, duration * average);
  const turned = rotation % 180 !== 0;
  return {
    path,
    width: turned ? height : width,
    height: turned ? width : height,
    duration,
    begin,
    frameRate,
    frameCount: counted || Math.round(duration * frameRate),
    constantRate: average > 0 && Math.abs(average - nominal) < 0.01 * nominal,
    rotation,
    codec: stream.codec_name ?? 'unknown',
    ...(stream.index !== undefined && { stream: stream.index }),
    ...(Number(stream.nb_frames) > 0 && !facts.unfinished && { counted: Number(stream.nb_frames) }),
    ...(stream.field_order === 'progressive' && { progressive: true }),
    ...(container?.format_name !== undefined && { container: container.format_name }),
    ...pixelFacts(stream),
    file: fileFacts(facts, container?.format_name ?? '', start),
  };
}

function lengthOf(stream: ProbedStream, container: ProbeAnswer['format'], begin: number): number {
  const own = Number(stream.duration ?? 0) || seconds(stream.tags?.DURATION);
  return own || Math.max(0, (Number(container?.duration ?? 0) || 0) - begin);
}

/** An edit list hides images that are counted: then the length says how many are shown. */
function shownOf(counted: number, byLength: number): number {
  return byLength > 0 && counted > byLength + 1 ? Math.floor(byLength + 1e-3) : counted;
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
