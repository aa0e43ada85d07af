import { execFile } from 'node:child_process';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { findFfprobe } from '../ffmpeg/ffmpegPath.js';
import { throwIfAborted } from '../frameOptions.js';

export interface FfprobeOptions {
  /** The file or input that is probed, for messages. */
  readonly name: string;
  /** The file begins as an .mp4 does. */
  readonly looksLikeMp4: boolean;
  readonly signal?: AbortSignal;
}

/** ffprobe itself crashed: this says nothing about the file. */
export class FfprobeCrash extends ForeframeError {}

const CRASHES = new Set<string>(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP']);

/**
 * What ffprobe prints with these arguments.
 * @throws ForeframeError naming the source with ffprobe's reason; FfprobeCrash; InterruptedError when aborted
 */
export function runFfprobe(
  args: readonly string[],
  { name, looksLikeMp4, signal }: FfprobeOptions,
): Promise<string> {
  return new Promise((done, fail) => {
    execFile(
      findFfprobe().path,
      ['-v', 'error', ...args],
      { signal, maxBuffer: 1 << 28, windowsHide: true },
      (error, out, err) => {
        if (!error) return done(out);
        try {
          if (error.signal && !signal?.aborted && CRASHES.has(error.signal)) {
            fail(new FfprobeCrash(`ffprobe crashed (${error.signal}) on ${name}`, { cause: error }));
            return;
          }
          throwIfAborted(signal, `probing ${name}`);
          fail(
            new ForeframeError(`cannot read ${name}: ${explain(err, looksLikeMp4) ?? messageOf(error)}`, {
              cause: error,
            }),
          );
        } catch (interrupted) {
          fail(interrupted);
        }
      },
    );
  });
}

/** ffprobe's error, reworded to say what to do. */
function explain(log: string, looksLikeMp4: boolean): string | undefined {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  // ffprobe reports a missing index for any file that only has the name .mp4.
  if (looksLikeMp4 && lines.some((line) => line.includes('moov atom not found'))) {
    return 'the file is incomplete, its index is missing: copy, download or record it again to the end';
  }
  const last = lines
    .at(-1)
    ?.replace(/^\[[^\]]*\] */, '')
    .replace(/^.*: (?=[A-Z][^:]*$)/, '');
  if (last?.startsWith('Invalid data found'))
    return 'it is not a video that ffmpeg knows, or it is damaged beyond reading';
  return last;
}
