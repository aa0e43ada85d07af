import { resolve } from 'node:path';
import { ForeframeError, InterruptedError } from '../../common/errors.js';
import { EmptyStretchError } from '../emptyStretch.js';
import { isDamage } from '../ffmpeg/ffmpegLog.js';
import { passthroughOptions } from '../ffmpeg/ffmpegPath.js';
import { type FfmpegExit, isStop, startFfmpeg } from '../ffmpeg/ffmpegProcess.js';
import type { Frame } from '../frame.js';
import { checkFrameOptions, type FrameOptions, throwIfAborted } from '../frameOptions.js';
import { mapOf } from '../probing/packetTimes.js';
import { probeVideo, type VideoInfo } from '../probing/probe.js';
import { probeOnce } from '../probing/probeOnce.js';
import { knownSpan, type Span } from '../probing/span.js';
import { readImages } from '../sources/imageSequence.js';
import { ONLY_FILES } from '../sources/playlists.js';
import { oneSource, type VideoSource } from '../sources/sources.js';
import { alphaDecoder } from './alphaDecoder.js';
import { DecodeLog } from './decodeLog.js';
import { filterGraph, pixelFormatOf, printTimes } from './filterGraph.js';
import { FrameCutter } from './frameCutter.js';
import { lossesOf, missingOfStretch } from './losses.js';
import { StreamBanner } from './streamBanner.js';
import { type Approach, FROM_BEGINNING, firstApproach, Stretch } from './stretch.js';
import { Wait } from './wait.js';

/** Pixels of an image that one thread decodes fast enough for training. */
const SMALL_IMAGE = 640 * 480;

/** Seconds. Where times go back by less, images are repeated or out of order; recordings that were joined are longer. */
const SHORTEST_RECORDING = 1;

type DecodedSource = Exclude<VideoSource, { kind: 'images' }>;

/**
 * The frames of a video, in order, each with its presentation time. ffmpeg waits until the next frame is pulled. Leaving the
 * loop, throwing in it or aborting `signal` kills ffmpeg and waits until it has ended.
 *
 * A stretch that cannot be decoded is left out and reported to `onSkip` when the end is reached, or fails with
 * `onCorrupt: 'fail'`; so is an image of a file that comes twice or out of place. Times go back only where a recording was joined on.
 * @throws ForeframeError naming the source when it cannot be read; EmptyStretchError when no image lies between `start` and
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
  const { signal, start = 0 } = options;
  throwIfAborted(signal, `reading ${source.name}`);
  // Addresses and devices are not probed: many can be opened only once.
  let info = source.kind === 'file' ? await probeOnce(source, { signal }) : undefined;
  const span = source.kind === 'file' ? await knownSpan(source) : undefined;
  const end = span?.end ?? (info?.file.indexed && info.file.complete ? info.begin + info.duration : 0);
  if (end > 0 && start >= end) {
    throw new ForeframeError(
      `${source.name} ends after ${end.toFixed(2)} s, before start = ${start} s: choose an earlier start`,
    );
  }
  let approach: Approach | undefined = firstApproach(options, info);
  while (approach) {
    if (approach.looked) info ??= await probeVideo(source, { signal });
    approach = yield* decodeStretch(source, options, info, span, new Stretch(options, approach, span?.back));
  }
}

/** @returns another approach where this one led elsewhere; no frame has come then */
async function* decodeStretch(
  source: DecodedSource,
  options: FrameOptions,
  info: VideoInfo | undefined,
  span: Span | undefined,
  stretch: Stretch,
): AsyncGenerator<Frame, Approach | undefined> {
  const { width, height, signal } = options;
  const work = `reading ${source.name}`;
  const log = new DecodeLog(0, {
    mayBeginAnew: span === undefined || span.back > SHORTEST_RECORDING,
    statedEnd: info && statesEnd(info) ? info.begin + info.duration : undefined,
  });
  const wait = new Wait(source, options);
  const banner = new StreamBanner(source);
  const ffmpeg = await startFfmpeg({
    ...decodeCommand(source, options, info, stretch),
    onLine: (line) =>
      wait.read(line) || banner.read(line) || stretch.read(line, () => isDamage(line)) || log.read(line),
  });
  const abort = () => void ffmpeg.kill();
  signal?.addEventListener('abort', abort, { once: true });
  // Times still awaited when ffmpeg has ended will not come.
  void ffmpeg.exited.then(() => log.end());
  const channels = options.color === 'grey' ? 1 : 3;
  const cutter = new FrameCutter(width * height * channels);
  const strict = options.onCorrupt === 'fail';
  let index = 0;
  let past = false;
  try {
    if (signal?.aborted) abort();
    if (source.kind === 'input' && source.once && source.address === 'pipe:0')
      process.stdin.pipe(ffmpeg.input);
    reading: for await (const chunk of ffmpeg.output) {
      for (const data of cutter.push(chunk as Uint8Array)) {
        const time = log.takeTime() ?? (await log.nextTime());
        throwIfAborted(signal, work);
        if (index === 0 && !info && banner.needsLook) return { ...stretch.approach, looked: true };
        if (stretch.better && !stretch.isWhole) return stretch.better;
        past = stretch.isPast(time);
        if (past) break reading;
        // A camera's clock may be set back; its images are new nevertheless.
        const misplaced = source.kind === 'file' && log.isMisplaced(time);
        if (strict && log.damage !== undefined) throw corrupt(source, log.damage);
        if (misplaced) continue;
        const at = { time: stretch.timeOf(time), index: index++, source: source.name };
        yield { data, width, height, channels, ...at };
      }
    }
    const exit: FfmpegExit = past ? { code: 0, signal: null } : await ffmpeg.exited;
    throwIfAborted(signal, work);
    // No image after a seek: it may have gone too far.
    if (index === 0 && stretch.approach.seek !== undefined) return FROM_BEGINNING;
    if (stretch.better && !stretch.isWhole) return stretch.better;
    await settle(source, options, info, log, exit, {
      came: index,
      expected: stretch.imagesIn(span?.exact ? span.times : undefined),
    });
    return undefined;
  } finally {
    signal?.removeEventListener('abort', abort);
    wait.end();
    await ffmpeg.kill();
  }
}

/** Whether the header says how long the recording is; elsewhere ffprobe has looked at the last image of the file. */
function statesEnd({ duration, container = '' }: VideoInfo): boolean {
  return duration > 0 && /matroska|mp4|avi|flv|asf/.test(container);
}

function decodeCommand(
  source: DecodedSource,
  options: FrameOptions,
  info: VideoInfo | undefined,
  stretch: Stretch,
) {
  const inputOptions: string[] = [];
  if (source.kind === 'file') inputOptions.push(...ONLY_FILES);
  if (source.format) inputOptions.push('-f', source.format);
  if (source.kind === 'input') {
    // Without TCP a busy network loses parts of images; servers that only know UDP still work.
    if (/^rtsps?:/i.test(source.address)) inputOptions.push('-rtsp_flags', 'prefer_tcp');
  }
  // Threads of a decoder wait for each other, and over small images mostly that; large ones need them all to keep up.
  const small = options.sharesProcessors && info && info.width * info.height <= SMALL_IMAGE;
  // With several threads Theora's decoder loses all that follows the first of two streams in one file.
  if (small || info?.codec === 'theora') inputOptions.push('-threads', '1');
  inputOptions.push(...stretch.inputOptions, ...alphaDecoder(info));
  const passthrough = passthroughOptions();
  const filters = `${stretch.filters}${filterGraph(options, info)}`;
  const graph = `${filters},${printTimes(passthrough[0] === '-fps_mode')}`;
  return {
    inputOptions,
    input: source.kind === 'file' ? `file:${resolve(source.path)}` : source.address,
    outputOptions: [
      '-map',
      mapOf(info?.stream),
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

/** ffmpeg has delivered everything: report what is missing. */
async function settle(
  source: DecodedSource,
  options: FrameOptions,
  info: VideoInfo | undefined,
  log: DecodeLog,
  exit: FfmpegExit,
  { came, expected }: { readonly came: number; readonly expected: number | undefined },
): Promise<void> {
  if (log.interrupted || isStop(exit.signal))
    throw new InterruptedError(`reading ${source.name} was interrupted`);
  if (exit.signal !== null) {
    throw new ForeframeError(
      `ffmpeg was killed by ${exit.signal} while reading ${source.name}: is there enough memory?`,
    );
  }
  if (came === 0) {
    const { start = 0, duration } = options;
    const whole = start === 0 && duration === undefined;
    // ffprobe has opened the file, and ffmpeg complains about nothing in it.
    if (info && !whole && exit.code === 0 && log.reason === undefined) {
      const end = duration === undefined ? 'on' : `to ${(start + duration).toFixed(2)} s`;
      throw new EmptyStretchError(
        `${source.name} has no image from ${start.toFixed(2)} s ${end}: choose a longer stretch, or a longer video`,
      );
    }
    if (info && !whole && options.onCorrupt !== 'fail' && log.damage !== undefined) {
      options.onSkip?.({
        source: source.name,
        count: expected ?? log.lost,
        message: log.damage,
      });
      throw new EmptyStretchError(
        `no image of ${source.name} from ${start.toFixed(2)} s on can be decoded: ${log.damage}; choose another stretch`,
      );
    }
    const reason = log.reason ?? 'no image came from it';
    // An .mp4 with its index at the end.
    const back = source.kind === 'input' && source.once && /partial file/i.test(reason);
    throw new ForeframeError(
      `cannot read ${source.name}: ${reason}${back ? '; it cannot be read in one go: name the file itself, not a pipe' : ''}`,
    );
  }
  const losses = (await lossesOf(source, options, info, log)) ?? missingOfStretch(info, came, expected);
  if (!losses && exit.code === 0) return;
  const { count: reported, message } = losses ?? { count: 0, message: log.reason ?? 'ffmpeg stopped early' };
  if (options.onCorrupt === 'fail') throw corrupt(source, message);
  const { start, duration } = options;
  // A stretch that cannot be found by seeking is read from the beginning, and the log reports losses before it too.
  const least = !start && duration === undefined ? reported : 0;
  const count = expected === undefined ? reported : Math.max(least, expected - came);
  options.onSkip?.({ source: source.name, count, message });
}

function corrupt(source: DecodedSource, message: string): ForeframeError {
  return new ForeframeError(
    `${source.name} is damaged: ${message}; repair it, or skip the damaged places with onCorrupt = skip`,
  );
}
