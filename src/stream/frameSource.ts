import type { Frame } from '../video/frame.js';

/** Training chooses weights, validation chooses among them, test is only reported. */
export type Split = 'train' | 'validation' | 'test';

/** Frames by split, in the same order every time they are opened. */
export interface FrameSource {
  /** One line for people: what it is and how much of it there is. */
  readonly description: string;
  /** Frames of one pass; `signal` stops it early. */
  open(split: Split, signal: AbortSignal): AsyncIterable<Frame>;
}
