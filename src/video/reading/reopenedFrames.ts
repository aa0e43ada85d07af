import { setTimeout as sleep } from 'node:timers/promises';
import { ForeframeError, InterruptedError, messageOf } from '../../common/errors.js';
import type { Frame } from '../frame.js';
import type { FrameOptions } from '../frameOptions.js';
import type { VideoSource } from '../sources/videoSource.js';
import { OnwardTime } from './onwardTime.js';
import { readFrames } from './readFrames.js';

/** Seconds until a camera that was lost is opened again; twice as many each time, up to the last. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 30;
/** Seconds without an image after which a camera counts as lost: its host may be gone without a word. */
export const PATIENCE = 30;

export interface ReopenOptions extends FrameOptions {
  /** Seconds without an image after which a camera counts as lost (30). */
  readonly patience?: number;
}

/**
 * Whether an input goes on for as long as somebody watches it: a network camera, a device, or an address with the name of its format
 * before it. Other addresses of the web may be files, which end.
 */
export function isCamera(source: VideoSource): boolean {
  if (source.kind !== 'input' || source.once) return false;
  if (source.format !== undefined) return source.format.toLowerCase() !== 'lavfi';
  return /^(rtsps?|rtmps?t?|rtp|udp|srt|mms[ht]?):/i.test(source.address);
}

/**
 * The frames of a source. A camera that is lost after it has given images is opened again, for as long as it takes: its times and
 * numbers go on. `onWait` hears once that it is lost, and once that it is back. A part of a stream (`start`, `duration`) is read once.
 * @throws as `readFrames`
 */
export async function* reopenedFrames(source: VideoSource, options: ReopenOptions): AsyncGenerator<Frame> {
  const { signal, onWait, patience = PATIENCE } = options;
  if (!isCamera(source) || options.start || options.duration !== undefined) {
    yield* readFrames(source, options);
    return;
  }
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const times = new OnwardTime();
  let [index, wait] = [0, FIRST_WAIT];
  let lostAt: number | undefined;
  while (true) {
    let reason = 'it has ended';
    try {
      // One note is enough, however often it is tried.
      const reading = lostAt === undefined ? options : { ...options, onWait: undefined };
      for await (const frame of untilSilent(source, reading, { patience, shown: index > 0 })) {
        if (lostAt !== undefined)
          onWait?.(`${source.name} is back after ${(elapsed() - lostAt).toFixed(0)} s`);
        [wait, lostAt] = [FIRST_WAIT, undefined];
        yield { ...frame, index: index++, time: times.of(frame.time) };
      }
    } catch (error) {
      const lost = error instanceof ForeframeError && !(error instanceof InterruptedError);
      if (index === 0 || !lost || signal?.aborted) throw error;
      reason = messageOf(error);
    }
    if (lostAt === undefined) onWait?.(`${source.name} was lost (${reason}): trying to open it again`);
    lostAt ??= elapsed();
    await sleep(1000 * wait, undefined, { signal }).catch((cause) => {
      throw new InterruptedError(`reading ${source.name} was interrupted`, { cause });
    });
    wait = Math.min(LONGEST_WAIT, 2 * wait);
    times.reopen(elapsed());
  }
}

/**
 * The frames of a source until none comes for so many seconds. The first may take as long as it likes where the source has not shown
 * anything before: somebody may still have to start what sends it.
 */
export async function* untilSilent(
  source: VideoSource,
  options: FrameOptions,
  { patience, shown }: { readonly patience: number; readonly shown: boolean },
): AsyncGenerator<Frame> {
  const silent = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, silent.signal]) : silent.signal;
  const frames = readFrames(source, { ...options, signal });
  let counts = shown;
  try {
    while (true) {
      const timer = counts ? setTimeout(() => silent.abort(), 1000 * patience) : undefined;
      const next = await frames.next().finally(() => clearTimeout(timer));
      if (next.done) return;
      counts = true;
      yield next.value;
    }
  } catch (error) {
    if (!silent.signal.aborted || options.signal?.aborted) throw error;
    throw new ForeframeError(`no image has come for ${patience} s`);
  } finally {
    await frames.return(undefined);
  }
}
