/** A recording that was joined on begins where the first began, within this share of the time that has come since. */
const NEW_BEGINNING = 0.1;

/**
 * Images come in the order of their times; in a damaged file some come twice or out of place. Where recordings were joined into one
 * file, times begin anew.
 */
export class TimeOrder {
  readonly #mayBeginAnew: boolean;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #behind: string | undefined;

  /** @param mayBeginAnew whether the file may hold several recordings, one after the other */
  constructor(mayBeginAnew: boolean) {
    this.#mayBeginAnew = mayBeginAnew;
  }

  /** The first time that was out of place, if any, as a remark about damage. */
  get damage(): string | undefined {
    return this.#behind;
  }

  /** Whether an image of this time, in seconds, belongs before one that has come. */
  isBehind(time: number): boolean {
    const anew = time - this.#first <= NEW_BEGINNING * (this.#last - this.#first);
    if (time >= this.#last || (anew && this.#mayBeginAnew)) {
      this.#first = Math.min(this.#first, time);
      this.#last = time;
      return false;
    }
    this.#behind ??= `an image of ${time.toFixed(2)} s comes after one of ${this.#last.toFixed(2)} s`;
    return true;
  }
}
