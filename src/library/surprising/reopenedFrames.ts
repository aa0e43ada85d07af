import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError, messageOf } from '../../common/errors.js';
import { type Frame, type FrameOptions, readFrames, type VideoSource } from '../../video/index.js';

/** Seconds until a camera that was lost is opened again; twice as many each time, up to the last. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 30;

/** Whether an input goes on for as long as somebody watches it: a network camera, a device. */
export function isCamera(source: VideoSource): boolean {
  if (source.kind !== 'input' || source.once) return false;
  if (source.format !== undefined) return source.format.toLowerCase() !== 'lavfi';
  return /^(rtsps?|rtmps?t?|rtp|udp|srt|mms[ht]?):/i.test(source.address);
}

/**
 * The frames of a source. A camera that is lost after it has given images is opened again, for as long as it takes: its times and
 * numbers go on.
 */
export async function* reopenedFrames(
  source: VideoSource,
  options: FrameOptions,
  onNote: (note: string) => void = () => {},
): AsyncGenerator<Frame> {
  if (!isCamera(source)) {
    yield* readFrames(source, options);
    return;
  }
  const { signal } = options;
  const started = performance.now();
  let [index, begin, wait] = [0, 0, FIRST_WAIT];
  while (true) {
    let reason = 'it has ended';
    try {
      for await (const frame of readFrames(source, options)) {
        wait = FIRST_WAIT;
        yield { ...frame, index: index++, time: begin + frame.time };
      }
    } catch (error) {
      if (index === 0 || error instanceof InterruptedError || signal?.aborted) throw error;
      reason = messageOf(error);
    }
    onNote(`${source.name} was lost: ${reason}; opening it again in ${wait} s`);
    await sleep(1000 * wait, undefined, { signal }).catch((cause) => {
      throw new InterruptedError(`reading ${source.name} was interrupted`, { cause });
    });
    wait = Math.min(LONGEST_WAIT, 2 * wait);
    begin = (performance.now() - started) / 1000;
  }
}
