import { setTimeout as sleep } from 'node:timers/promises';
import { ForeframeError, InterruptedError, messageOf } from '../../../common/errors.js';
import { type Frame, readFrames, type VideoSource } from '../../../video/index.js';
import {
  isCamera,
  PATIENCE,
  type ReopenOptions,
  reopenedFrames,
  untilSilent,
} from '../../../video/reading/reopenedFrames.js';

/** Milliseconds that a video played once takes at least, so that a still image is not opened all the time. */
const SHORTEST = 1000;
/** Milliseconds by which frames may be late before they no longer try to catch up. */
const LATEST = 1000;
/** Milliseconds until what could be read and cannot any more is tried again; twice as many each time, up to the last. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;

/** Pipes that were read: nothing is left in them. */
const emptied = new WeakSet<VideoSource>();

/**
 * The frames of what a server watches, as time goes by: a camera's as they come, for as long as it takes; of anything else at its own
 * speed, over and over, with `again` where it begins anew. What has given frames and cannot be read any more, as where a file is being
 * replaced or an address falls silent, is tried again for as long as it takes, and `onWait` hears of it. A pipe is read once.
 * @throws as `readFrames` before the first frame; InterruptedError when `signal` was aborted; ForeframeError for a pipe that was read
 */
export async function* sourceFrames(
  source: VideoSource,
  options: ReopenOptions,
): AsyncGenerator<Frame | 'again', void, undefined> {
  if (isCamera(source)) {
    yield* reopenedFrames(source, options);
    return;
  }
  if (emptied.has(source))
    throw new ForeframeError(`${source.name} is a pipe, which is read once: start foreframe live again`);
  const once = source.kind === 'input' && source.once;
  if (once) emptied.add(source);
  const { signal, onWait } = options;
  let shown = false;
  let wait: number | undefined;
  while (true) {
    const opened = performance.now();
    try {
      const frames =
        once || source.kind !== 'input' ? readFrames(source, options) : heard(source, options, shown);
      for await (const frame of atItsSpeed(frames, signal)) {
        if (wait !== undefined) onWait?.(`${source.name} is back`);
        [shown, wait] = [true, undefined];
        yield frame;
      }
      if (once) return;
      await sleep(Math.max(0, opened + SHORTEST - performance.now()), undefined, { signal });
    } catch (error) {
      if (!shown || !isLoss(error)) throw error;
      if (once) {
        onWait?.(`${source.name} was lost: ${messageOf(error)}`);
        return;
      }
      // One note is enough, however often it is tried.
      if (wait === undefined)
        onWait?.(`${source.name} was lost (${messageOf(error)}): trying to open it again`);
      await sleep(wait ?? FIRST_WAIT, undefined, { signal });
      wait = Math.min(LONGEST_WAIT, 2 * (wait ?? FIRST_WAIT));
    }
    yield 'again';
  }
}

function heard(source: VideoSource, options: ReopenOptions, shown: boolean): AsyncGenerator<Frame> {
  const { patience = PATIENCE } = options;
  return untilSilent(source, options, { patience, shown });
}

async function* atItsSpeed(frames: AsyncIterable<Frame>, signal?: AbortSignal): AsyncGenerator<Frame> {
  let start: number | undefined;
  for await (const frame of frames) {
    const time = 1000 * frame.time;
    const now = performance.now();
    if (start === undefined || now - start - time > LATEST) start = now - time;
    const early = start + time - now;
    if (early > 0) await sleep(early, undefined, { signal });
    yield frame;
  }
}

function isLoss(error: unknown): boolean {
  return error instanceof ForeframeError && !(error instanceof InterruptedError);
}
