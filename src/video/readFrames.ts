import { resolve } from 'node:path';
import { ForeframeError, InterruptedError } from '../common/errors.js';
import { DecodeLog } from './decodeLog.js';
import { EmptyStretchError } from './emptyStretch.js';
import { passthroughOptions } from './ffmpegPath.js';
import { type FfmpegExit, isStop, startFfmpeg } from './ffmpegProcess.js';
import { filterGraph, pixelFormatOf, printTimes } from './filterGraph.js';
import type { Frame } from './frame.js';
import { FrameCutter } from './frameCutter.js';
import { checkFrameOptions, type FrameOptions, throwIfAborted } from './frameOptions.js';
import { readImages } from './imageSequence.js';
import type { VideoInfo } from './probe.js';
import { probeOnce } from './probeOnce.js';
import { oneSource, type VideoSource } from './sources.js';

/** Pixels of a picture that one thread decodes fast enough for training. */
const SMALL_PICTURE = 640 * 480;

type DecodedSource = Exclude<VideoSource, { kind: 'images' }>;

/**
 * The frames of a video, in order, each with its presentation time. Pulled: ffmpeg waits while nobody asks. Leaving the
 * loop, throwing in it or aborting `signal` kills ffmpeg and waits until it is gone.
 *
 * A stretch that cannot be decoded is left out and told to `onSkip` when the end is reached, or fails with
 * `onCorrupt: 'fail'`.
 * @throws ForeframeError naming the source when it cannot be read; EmptyStretchError when no picture lies between `start` and
 * the end of `duration`; InterruptedError when aborted.
 */
export async function* readFrames(
  source: string | VideoSource,
  options: FrameOptions,
): AsyncGenerator<Frame> {
  checkFrameOptions(options);
  const found = typeof source === 'string' ? await oneSource(source) : source;
  if (found.kind === 'images') yield* readImages(found, options);
  else yield* decode(found, options);
}

async function* decode(source: DecodedSource, options: FrameOptions): AsyncGenerator<Frame> {
  const { width, height, signal } = options;
  const work = `reading ${source.name}`;
  throwIfAborted(signal, work);
  // Addresses and devices are not probed: many can be opened only once.
  const info = source.kind === 'file' ? await probeOnce(source, { signal }) : undefined;
  const { start = 0 } = options;
  if (info && info.duration > 0 && start >= info.duration) {
    throw new ForeframeError(
      `${source.name} ends after ${info.duration.toFixed(2)} s, before start = ${start} s: choose an earlier start`,
    );
  }
  const log = new DecodeLog(start);
  const ffmpeg = await startFfmpeg({
    ...decodeCommand(source, options, info),
    onLine: (line) => log.read(line),
  });
  const abort = () => void ffmpeg.kill();
  signal?.addEventListener('abort', abort, { once: true });
  // Times still awaited when ffmpeg has ended will not come.
  void ffmpeg.exited.then(() => log.end());
  const channels = options.color === 'grey' ? 1 : 3;
  const cutter = new FrameCutter(width * height * channels);
  const strict = options.onCorrupt === 'fail';
  let index = 0;
  try {
    if (signal?.aborted) abort();
    for await (const chunk of ffmpeg.output) {
      for (const data of cutter.push(chunk as Uint8Array)) {
        const time = log.takeTime() ?? (await log.nextTime());
        throwIfAborted(signal, work);
        if (strict && log.damage !== undefined) throw corrupt(source, log.damage);
        yield { data, width, height, channels, time, index: index++, source: source.name };
      }
    }
    const exit = await ffmpeg.exited;
    throwIfAborted(signal, work);
    settle(source, options, info, log, exit, index);
  } finally {
    signal?.removeEventListener('abort', abort);
    await ffmpeg.kill();
  }
}

function decodeCommand(source: DecodedSource, options: FrameOptions, info: VideoInfo | undefined) {
  const inputOptions: string[] = [];
  if (source.kind === 'input') {
    if (source.format) inputOptions.push('-f', source.format);
    // Without TCP a busy network loses parts of pictures; servers that only know UDP still work.
    if (/^rtsps?:/i.test(source.address)) inputOptions.push('-rtsp_flags', 'prefer_tcp');
  }
  // Threads of a decoder wait for each other, and over small pictures mostly that; large ones need them all to keep up.
  if (options.sharesProcessors && info && info.width * info.height <= SMALL_PICTURE)
    inputOptions.push('-threads', '1');
  if (options.start) inputOptions.push('-ss', String(options.start));
  if (options.duration !== undefined) inputOptions.push('-t', String(options.duration));
  const passthrough = passthroughOptions();
  const graph = `${filterGraph(options, info?.pixelFormat)},${printTimes(passthrough[0] === '-fps_mode')}`;
  return {
    inputOptions,
    input: source.kind === 'file' ? `file:${resolve(source.path)}` : source.address,
    // V, not v: the first video stream that is not a cover picture.
    outputOptions: [
      '-map',
      '0:V:0',
      '-filter:v',
      graph,
      ...passthrough,
      // Small frames of a file cross the pipe several at a time; a camera's must not wait for each other.
      ...(source.kind === 'file' ? ['-flush_packets', '0'] : []),
      '-f',
      'rawvideo',
      '-pix_fmt',
      pixelFormatOf(options.color),
    ],
  };
}

/** Everything that ffmpeg had has come: say what is missing from it. */
function settle(
  source: DecodedSource,
  options: FrameOptions,
  info: VideoInfo | undefined,
  log: DecodeLog,
  exit: FfmpegExit,
  frames: number,
): void {
  if (log.interrupted || isStop(exit.signal))
    throw new InterruptedError(`reading ${source.name} was interrupted`);
  if (exit.signal !== null) {
    throw new ForeframeError(
      `ffmpeg was killed by ${exit.signal} while reading ${source.name}: is there enough memory?`,
    );
  }
  if (frames === 0) {
    const { start = 0, duration } = options;
    const whole = start === 0 && duration === undefined;
    // ffprobe has opened the file, and ffmpeg complains about nothing in it.
    if (info && !whole && exit.code === 0 && log.reason === undefined) {
      const end = duration === undefined ? 'on' : `to ${(start + duration).toFixed(2)} s`;
      throw new EmptyStretchError(
        `${source.name} has no picture from ${start.toFixed(2)} s ${end}: choose a longer stretch, or a longer video`,
      );
    }
    throw new ForeframeError(`cannot read ${source.name}: ${log.reason ?? 'no picture came from it'}`);
  }
  const lost = log.lostPictures(expectedPictures(options, info));
  if (lost === 0 && log.damage === undefined && exit.code === 0) return;
  const message = log.damage ?? `the container promises more pictures than could be decoded`;
  if (options.onCorrupt === 'fail') throw corrupt(source, message);
  options.onSkip?.({ source: source.name, count: lost, message });
}

/** How many pictures the container promises, where all of it was asked for. */
function expectedPictures(
  options: FrameOptions,
  info: VideoInfo | undefined,
): { count: number; certain: boolean } | undefined {
  if (!info || options.start || options.duration !== undefined || info.frameCount === 0) return undefined;
  // An edit list may hide pictures that the container counts.
  const byTime = Math.ceil(info.duration * info.frameRate) || info.frameCount;
  return { count: Math.min(info.frameCount, byTime), certain: info.constantRate };
}

function corrupt(source: DecodedSource, message: string): ForeframeError {
  return new ForeframeError(
    `${source.name} is damaged: ${message}; repair it, or read on over such places with onCorrupt = skip`,
  );
}
