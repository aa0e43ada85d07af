import { execFile } from 'node:child_process';
import { ForeframeError, messageOf } from '../common/errors.js';
import { findFfprobe } from './ffmpegPath.js';
import { throwIfAborted } from './frameOptions.js';

export interface FfprobeOptions {
  /** What is asked about, for messages. */
  readonly name: string;
  /** The file begins as an .mp4 does. */
  readonly looksLikeMp4: boolean;
  readonly signal?: AbortSignal;
}

/** ffprobe itself broke down: nothing is said about the file. */
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

/** ffprobe's complaint in words that say what to do. */
function explain(log: string, looksLikeMp4: boolean): string | undefined {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  // ffprobe misses an index in any file that is merely named .mp4.
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
