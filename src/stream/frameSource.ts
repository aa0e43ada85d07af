import type { Frame } from '../video/frame.js';

/** Training chooses weights, validation chooses among them, test is only reported. */
export type Split = 'train' | 'validation' | 'test';

/** Frames by split, in the same order every time they are opened. */
export interface FrameSource {
  /** One line for people: what it is and how much of it there is. */
  readonly description: string;
  /** At most so many frames in a pass, where that is known beforehand. */
  readonly frames?: Partial<Readonly<Record<Split, number>>>;
  /** Frames of one pass; `signal` stops it early. */
  open(split: Split, signal: AbortSignal): AsyncIterable<Frame>;
}

/** The same source, with a count of the frames that were read of each split, over all passes. */
export function counted(
  source: FrameSource,
): FrameSource & { readonly framesRead: Readonly<Record<Split, number>> } {
  const framesRead = { train: 0, validation: 0, test: 0 };
  return {
    description: source.description,
    frames: source.frames,
    framesRead,
    open: async function* (split, signal) {
      for await (const frame of source.open(split, signal)) {
        framesRead[split]++;
        yield frame;
      }
    },
  };
}
