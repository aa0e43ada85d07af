import type { Frame } from '../video/frame.js';
import type { SourceColumns } from './sourceColumns.js';

/** Training chooses weights, validation chooses among them, test is only reported. */
export type Split = 'train' | 'validation' | 'test';

/** Frames by split, in the same order every time they are opened. */
export interface FrameSource {
  /** One line for people: what it is and how much of it there is. */
  readonly description: string;
  /** How the user's videos were split, where the settings left that open. */
  readonly splitBy?: 'time' | 'file';
  /** Checksum of what whole files or rows are held out, where a change of the data may change that. */
  readonly heldOut?: string;
  /** Checksum of what the test split holds, and of its groups: scores measured under another one are out of date. */
  readonly tested?: string;
  /** A person gave its sources groups (column `group` of `columnsOf`): clips of one group resemble each other. */
  readonly grouped?: boolean;
  /** It can be read one time only, as a pipe: after the first pass nothing comes. */
  readonly once?: boolean;
  /** One line that says which split holds no clip and what helps; undefined where every split holds a clip, or it cannot be known. */
  readonly unserved?: string;
  /** About how many frames a pass over each split holds, where that is known beforehand; infinite where there is no end. */
  readonly frames?: Partial<Readonly<Record<Split, number>>>;
  /** What is known of one of its sources, by the source's name; the same columns in all of them, or nothing. */
  columnsOf?(source: string): SourceColumns | undefined;
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
