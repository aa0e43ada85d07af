import type { Seen } from '../../watching/messages.js';
import { MOST_WAITING, SamplingRate } from '../../watching/samplingRate.js';

/** Frames that wait to be watched: so many at most. Those of a source of this process are numbered, taken at a rate, and dropped here. */
export class FrameIntake {
  readonly sampling = new SamplingRate(Number.POSITIVE_INFINITY);
  readonly #frames = new Map<number, Uint8Array>();
  #waiting = 0;
  #number = 0;
  #due = 0;
  #dropped = 0;

  /** A frame came. @returns whether it may wait */
  wait(): boolean {
    if (this.#waiting >= MOST_WAITING) return false;
    this.#waiting++;
    return true;
  }

  /** Whether it is time for another frame, where fewer are taken than come. */
  due(): boolean {
    const now = performance.now();
    if (now < this.#due) return false;
    const interval = 1000 / this.sampling.rate;
    // Frames come at their own times: the next is due from where this one was, unless that is long ago.
    this.#due = Math.max(this.#due + interval, now + interval / 2);
    return true;
  }

  /** @returns the frame's number, or nothing where it was dropped because too many wait */
  take(frame: Uint8Array): number | undefined {
    if (!this.wait()) {
      this.#dropped++;
      return undefined;
    }
    this.#frames.set(this.#number, frame);
    return this.#number++;
  }

  /** A frame was watched. @returns it, and how many were dropped since the one before, where it came from here */
  seen({ number, milliseconds }: Seen): { frame: Uint8Array; dropped: number } | undefined {
    this.#waiting--;
    this.sampling.watched(milliseconds, this.#waiting);
    const frame = this.#frames.get(number);
    if (!frame) return undefined;
    this.#frames.delete(number);
    const dropped = this.#dropped;
    this.#dropped = 0;
    return { frame, dropped };
  }
}
