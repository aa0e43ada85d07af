import { once } from 'node:events';
import { open, rename, rm } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { ForeframeError, InterruptedError, UsageError } from '../../common/errors.js';
import { writeError } from '../../common/files/atomicWrite.js';
import { temporaryPath } from '../../common/files/temporaryPath.js';
import { readLogLine, reasonIn } from '../ffmpeg/ffmpegLog.js';
import { isStop, startFfmpeg } from '../ffmpeg/ffmpegProcess.js';
import type { Frame } from '../frame.js';
import { throwIfAborted } from '../frameOptions.js';
import { isDiskFull, isWholeVideo } from './wholeVideo.js';

export interface WriteVideoOptions {
  /** Frames per second. */
  readonly rate: number;
  /** `good` looks right and is small; `lossless` keeps every decoded level (a grey one to within the rounding of video levels). */
  readonly quality?: 'lossless' | 'good';
  readonly signal?: AbortSignal;
}

/**
 * Write frames to an .mp4 (H.264, yuv420p: plays everywhere; odd sizes grow by a repeated edge pixel) or a .gif. The file
 * appears under its name only when it is whole: after a failure or an abort nothing is left.
 * @throws ForeframeError naming the file when it cannot be written or there is no frame; InterruptedError when aborted or when
 * ffmpeg receives a stop signal; whatever `frames` throws.
 */
export async function writeVideo(
  path: string,
  frames: Iterable<Frame> | AsyncIterable<Frame>,
  options: WriteVideoOptions,
): Promise<{ frames: number }> {
  const format = formatOf(path);
  if (!Number.isFinite(options.rate) || options.rate <= 0) {
    throw new UsageError(`rate must be a positive number of frames per second, not ${options.rate}`);
  }
  throwIfAborted(options.signal, `writing ${path}`);
  const temporary = temporaryPath(path);
  // Checked before the first frame is requested: frames may cost minutes of computing.
  await open(temporary, 'wx').then(
    (file) => file.close(),
    (error) => {
      throw writeError(path, error);
    },
  );
  const iterator =
    Symbol.asyncIterator in frames ? frames[Symbol.asyncIterator]() : frames[Symbol.iterator]();
  try {
    const first = await iterator.next();
    if (first.done) throw new ForeframeError(`there is no frame to write to ${path}`);
    const count = await encode(path, temporary, format, first.value, iterator, options);
    await flush(temporary).catch((error) => {
      throw writeError(path, error);
    });
    await rename(temporary, path).catch((error) => {
      throw writeError(path, error);
    });
    return { frames: count };
  } catch (error) {
    await rm(temporary, { force: true });
    // The source may run its own ffmpeg; let that end before the error is thrown.
    await iterator.return?.();
    throw error;
  }
}

type FrameIterator = Iterator<Frame> | AsyncIterator<Frame>;

async function encode(
  path: string,
  temporary: string,
  format: 'mp4' | 'gif',
  first: Frame,
  rest: FrameIterator,
  options: WriteVideoOptions,
): Promise<number> {
  const errors: string[] = [];
  let interrupted = false;
  const ffmpeg = await startFfmpeg({
    inputOptions: [
      '-f',
      'rawvideo',
      '-pix_fmt',
      first.channels === 1 ? 'gray' : 'rgb24',
      '-s',
      `${first.width}x${first.height}`,
      '-r',
      String(options.rate),
    ],
    input: 'pipe:0',
    outputOptions: format === 'mp4' ? mp4Options(first, options) : gifOptions(first),
    outputFile: `file:${resolve(temporary)}`,
    onLine: (line) => {
      const entry = readLogLine(line);
      if ((entry.kind === 'damage' || entry.kind === 'lost') && errors.length < 20) errors.push(entry.text);
      if (entry.kind === 'interrupted') interrupted = true;
    },
  });
  const abort = () => void ffmpeg.kill();
  options.signal?.addEventListener('abort', abort, { once: true });
  let gone = false;
  void ffmpeg.exited.then(() => {
    gone = true;
  });
  let count = 0;
  try {
    for (let frame = first, done = false; !done && !gone; ) {
      throwIfAborted(options.signal, `writing ${path}`);
      checkShape(path, frame, first, count);
      await write(ffmpeg.input, frame.data, ffmpeg.exited);
      count++;
      const next = await rest.next();
      if (next.done) done = true;
      else frame = next.value;
    }
    ffmpeg.input.end();
    const { code, signal } = await ffmpeg.exited;
    throwIfAborted(options.signal, `writing ${path}`);
    // A Ctrl-C in a terminal reaches ffmpeg, too, and may do so first.
    if (interrupted || isStop(signal)) throw new InterruptedError(`writing ${path} was interrupted`);
    if (code !== 0 || signal !== null) throw encodingError(path, errors, signal);
    if (!(await isWholeVideo(temporary, format)))
      throw (await isDiskFull(temporary)) ? diskFull(path) : encodingError(path, errors, signal);
    return count;
  } finally {
    options.signal?.removeEventListener('abort', abort);
    await ffmpeg.kill();
  }
}

async function write(input: Writable, data: Uint8Array, exited: Promise<unknown>): Promise<void> {
  if (input.write(data)) return;
  const waiting = new AbortController();
  await Promise.race([once(input, 'drain', { signal: waiting.signal }), exited]).catch(() => {
    // A broken pipe: the exit code and the log say why.
  });
  waiting.abort();
}

function mp4Options(first: Frame, { quality = 'good' }: WriteVideoOptions): string[] {
  const grow = [first.width % 2 ? 'right=1' : '', first.height % 2 ? 'bottom=1' : ''].filter(Boolean);
  // In yuv444p, where a single column can be added.
  const even =
    grow.length > 0
      ? ['format=yuv444p', 'pad=ceil(iw/2)*2:ceil(ih/2)*2', `fillborders=${grow.join(':')}:mode=smear`]
      : [];
  const filters = ['scale=flags=bicubic+accurate_rnd+full_chroma_int', ...even, 'format=yuv420p'];
  return [
    ...['-filter:v', filters.join(','), '-c:v', 'libx264'],
    // What people look at is drawn while they wait: `veryfast` takes half the processor time of `medium`, for files as large.
    ...(quality === 'lossless' ? ['-preset', 'medium', '-qp', '0'] : ['-preset', 'veryfast', '-crf', '18']),
    // The matrix is stated, so that players do not guess another one for large frames than for small ones.
    ...[
      '-colorspace',
      'smpte170m',
      '-color_primaries',
      'smpte170m',
      '-color_trc',
      'smpte170m',
      '-color_range',
      'tv',
    ],
    ...['-movflags', '+faststart', '-f', 'mp4'],
  ];
}

function gifOptions(first: Frame): string[] {
  // A palette for each frame: one for all would need every frame in memory before the first is written.
  const dither = first.channels === 1 ? 'none' : 'sierra2_4a';
  const palette = `split[a][b];[a]palettegen=stats_mode=single:reserve_transparent=0[p];[b][p]paletteuse=new=1:dither=${dither}`;
  return ['-filter:v', palette, '-f', 'gif'];
}

function formatOf(path: string): 'mp4' | 'gif' {
  const extension = extname(path).toLowerCase();
  if (extension === '.mp4' || extension === '.m4v') return 'mp4';
  if (extension === '.gif') return 'gif';
  throw new UsageError(`cannot write ${path}: name it .mp4 or .gif`);
}

function checkShape(path: string, frame: Frame, first: Frame, at: number): void {
  if (frame.width === first.width && frame.height === first.height && frame.channels === first.channels)
    return;
  const shape = ({ height, width, channels }: Frame) => `${height}×${width}×${channels}`;
  throw new ForeframeError(
    `cannot write ${path}: frame ${at} is ${shape(frame)} and the first was ${shape(first)}`,
  );
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function encodingError(
  path: string,
  errors: readonly string[],
  signal: NodeJS.Signals | null,
): ForeframeError {
  if (errors.some((text) => /No space left on device/.test(text))) {
    return diskFull(path);
  }
  if (signal !== null) return new ForeframeError(`ffmpeg was killed by ${signal} while writing ${path}`);
  return new ForeframeError(`cannot write ${path}: ${reasonIn(errors)}`);
}

function diskFull(path: string): ForeframeError {
  return writeError(path, Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
}
