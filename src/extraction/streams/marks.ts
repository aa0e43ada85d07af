import type { Frame } from '../../video/index.js';
import type { Every } from './every.js';

/** A frame of a video that is followed. */
export interface MarkedFrame {
  readonly frame: Frame;
  /** Memory is empty before it. */
  readonly restart: boolean;
  /** It has a row. */
  readonly row: boolean;
}

/** What a time may lie below the beginning of a second and yet belong to it: containers round times. */
const ROUNDING = 1e-6;

/**
 * The frames of one video, with those marked that have a row. Intervals of seconds are counted from `from`, where the memory is
 * empty, and a row stands at the last frame of each. Only complete clips have one.
 * @param clip frames of a clip
 */
export async function* marked(
  frames: AsyncIterable<Frame>,
  { every, from = 0, clip }: { readonly every: Every; readonly from?: number; readonly clip: number },
): AsyncGenerator<MarkedFrame, void, undefined> {
  if (every.kind === 'frame' || every.kind === 'clip') {
    let number = 0;
    for await (const frame of frames) {
      const within = every.kind === 'clip' ? number % clip : number;
      yield { frame, restart: within === 0, row: every.kind === 'frame' || within === clip - 1 };
      number++;
    }
    return;
  }
  const intervalOf = ({ time }: Frame) =>
    every.kind === 'seconds' ? Math.floor((time - from + ROUNDING) / every.seconds) : 0;
  let before: Frame | undefined;
  let restart = true;
  // Only the next frame shows whether one is the last of its interval.
  for await (const frame of frames) {
    if (before) {
      yield { frame: before, restart, row: intervalOf(frame) !== intervalOf(before) };
      restart = false;
    }
    before = frame;
  }
  if (before) yield { frame: before, restart, row: true };
}
