import type { Frame } from '../video/frame.js';

/** Training chooses weights, validation chooses among them, test is only reported. */
export type Split = 'train' | 'validation' | 'test';

/** Frames by split, in the same order every time they are opened. */
export interface FrameSource {
  /** One line for people: what it is and how much of it there is. */
  readonly description: string;
  /** How own videos were split, where that was left open too. */
  readonly splitBy?: 'time' | 'file';
  /** It can be read one time only, as a pipe: after the first pass nothing comes. */
  readonly once?: boolean;
  /** One line that says which split holds no clip and what helps; undefined where all are served, or nobody can know. */
  readonly unserved?: string;
  /** About how many frames a pass over each split holds, where that is known beforehand; infinite where there is no end. */
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
    ...source,
    framesRead,
    open: async function* (split, signal) {
      for await (const frame of source.open(split, signal)) {
        framesRead[split]++;
        yield frame;
      }
    },
  };
}
