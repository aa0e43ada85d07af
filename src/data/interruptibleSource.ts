import { setImmediate as nextTurn } from 'node:timers/promises';
import { InterruptedError } from '../common/errors.js';
import type { FrameSource } from '../stream/frameSource.js';

/**
 * Whether `signal` is aborted, once all events that arrived together with the last read have been handled: Node handles signals
 * after pipes.
 */
export async function isAborted(signal: AbortSignal | undefined): Promise<boolean> {
  if (!signal) return false;
  await nextTurn();
  return signal.aborted;
}

/**
 * The same source until `signal` is aborted, which ends it in an InterruptedError whatever error it would report: Ctrl-C in a
 * terminal reaches ffmpeg too, so a split that ends then is not complete, and an error then is not about the video.
 */
export function interruptible(source: FrameSource, signal: AbortSignal | undefined): FrameSource {
  if (!signal) return source;
  const { description } = source;
  const check = async (cause?: unknown) => {
    if (await isAborted(signal))
      throw new InterruptedError(`reading ${description} was interrupted`, { cause });
  };
  return {
    ...source,
    open: async function* (split, own) {
      try {
        yield* source.open(split, AbortSignal.any([signal, own]));
      } catch (error) {
        await check(error);
        throw error;
      }
      await check();
    },
  };
}
