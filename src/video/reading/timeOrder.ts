/** A recording that was joined on begins where the first began, within this share of the time that has come since. */
const NEW_BEGINNING = 0.1;
/** Seconds. A time this far past the last one and the stated end is damage; so is a restart this long before that end. */
const ASTRAY = 1;

export interface TimeOrderOptions {
  /** Whether the file may hold several recordings, one after the other. */
  readonly mayBeginAnew: boolean;
  /** When the first recording ends, in seconds, where a container states it at its beginning. */
  readonly statedEnd?: number;
}

/**
 * Checks that images come in the order of their times. In a damaged file some come twice or out of place. Where recordings were
 * joined into one file, times restart.
 */
export class TimeOrder {
  readonly #mayBeginAnew: boolean;
  /** What the container states is true of the first recording only. */
  #end: number;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #damage: string | undefined;

  constructor({ mayBeginAnew, statedEnd = Number.POSITIVE_INFINITY }: TimeOrderOptions) {
    this.#mayBeginAnew = mayBeginAnew;
    this.#end = statedEnd;
  }

  /** The first time that was out of place, if any, as a remark about damage. */
  get damage(): string | undefined {
    return this.#damage;
  }

  /** Whether an image of this time, in seconds, belongs before an earlier one, or is outside the file. */
  isMisplaced(time: number): boolean {
    if (time > this.#end + ASTRAY && time > this.#last + ASTRAY) {
      this.#damage ??= `an image of ${time.toFixed(2)} s lies after the end of the file, ${this.#end.toFixed(2)} s`;
      return true;
    }
    const ended = this.#end === Number.POSITIVE_INFINITY || this.#last > this.#end - ASTRAY;
    const restarts = ended && time - this.#first <= NEW_BEGINNING * (this.#last - this.#first);
    if (time >= this.#last || (restarts && this.#mayBeginAnew)) {
      if (time < this.#last) this.#end = Number.POSITIVE_INFINITY;
      this.#first = Math.min(this.#first, time);
      this.#last = time;
      return false;
    }
    this.#damage ??= `an image of ${time.toFixed(2)} s comes after one of ${this.#last.toFixed(2)} s`;
    return true;
  }
}
