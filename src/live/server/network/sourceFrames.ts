import { setTimeout as sleep } from 'node:timers/promises';
import { type Frame, type FrameOptions, readFrames, type VideoSource } from '../../../video/index.js';
import { isCamera, reopenedFrames } from '../../../video/reading/reopenedFrames.js';

/** Milliseconds that a video played once takes at least, so that a still image is not opened all the time. */
const SHORTEST = 1000;
/** Milliseconds by which frames may be late before they no longer try to catch up. */
const LATEST = 1000;

/**
 * The frames of what a server watches, as time goes by: a camera's as they come, for as long as it takes; of anything else at its own
 * speed, over and over, with `again` where it begins anew. A pipe is read once.
 * @throws as `readFrames`; InterruptedError when `signal` was aborted
 */
export async function* sourceFrames(
  source: VideoSource,
  options: FrameOptions,
): AsyncGenerator<Frame | 'again', void, undefined> {
  if (isCamera(source)) {
    yield* reopenedFrames(source, options);
    return;
  }
  const { signal } = options;
  while (true) {
    const opened = performance.now();
    let start: number | undefined;
    for await (const frame of readFrames(source, options)) {
      const time = 1000 * frame.time;
      const now = performance.now();
      if (start === undefined || now - start - time > LATEST) start = now - time;
      const early = start + time - now;
      if (early > 0) await sleep(early, undefined, { signal });
      yield frame;
    }
    if (source.kind === 'input' && source.once) return;
    await sleep(Math.max(0, opened + SHORTEST - performance.now()), undefined, { signal });
    yield 'again';
  }
}
