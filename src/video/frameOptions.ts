import { InterruptedError, UsageError } from '../common/errors.js';

/** What was lost of a source. Losses are always reported. */
export interface SkipReport {
  readonly source: string;
  /** Images lost; 0 when damage was concealed by the decoder and no image is missing. */
  readonly count: number;
  /** What ffmpeg or sharp said about it. */
  readonly message: string;
}

/** The frames to produce. */
export interface FrameOptions {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly color: 'grey' | 'rgb';
  /** Frames per second, sampled by time. Without it every image of a video comes; image sequences run at 25. */
  readonly rate?: number;
  /** Seconds from the beginning of the file as a player shows it; sound may begin before the first image does. */
  readonly start?: number;
  /** Seconds from `start` on: images shown before `start + duration`. */
  readonly duration?: number;
  /** `fill` stretches, `contain` adds black bars, `cover` crops. */
  readonly fit?: 'fill' | 'contain' | 'cover';
  /** Images that cannot be decoded: `skip` them and report (the default), or `fail`. */
  readonly onCorrupt?: 'skip' | 'fail';
  readonly onSkip?: (report: SkipReport) => void;
  /** Receives one line that says what is waited for: a pipe that nobody writes to, an address that does not answer. */
  readonly onWait?: (message: string) => void;
  /** Other work needs the processors: small images are then decoded by one thread, which is slower but uses less CPU time. */
  readonly sharesProcessors?: boolean;
  readonly signal?: AbortSignal;
}

/** @throws UsageError naming the first invalid setting. */
export function checkFrameOptions(options: FrameOptions): void {
  for (const key of ['width', 'height'] as const) {
    const value = options[key];
    if (!Number.isInteger(value) || value < 1 || value > 16384) {
      throw new UsageError(`${key} must be a whole number of pixels from 1 to 16384, not ${value}`);
    }
  }
  for (const key of ['rate', 'start', 'duration'] as const) {
    const value = options[key];
    if (value === undefined) continue;
    if (!Number.isFinite(value) || value < 0 || (value === 0 && key !== 'start')) {
      throw new UsageError(`${key} must be a positive number, not ${value}`);
    }
  }
  oneOf('color', options.color, ['grey', 'rgb']);
  oneOf('fit', options.fit ?? 'fill', ['fill', 'contain', 'cover']);
  oneOf('onCorrupt', options.onCorrupt ?? 'skip', ['skip', 'fail']);
}

/** @throws InterruptedError when the work was cancelled. */
export function throwIfAborted(signal: AbortSignal | undefined, work: string): void {
  if (signal?.aborted) throw new InterruptedError(`${work} was interrupted`, { cause: signal.reason });
}

function oneOf(key: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) {
    throw new UsageError(`${key} must be one of ${allowed.join(', ')}, not ${value}`);
  }
}
