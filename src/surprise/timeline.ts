/** Some frames in a row. */
export interface TimelineBin {
  /** Number and seconds of its first frame. */
  readonly frame: number;
  readonly time: number;
  /** The highest score, the lowest, and the highest error in it. */
  readonly score: number;
  readonly lowest: number;
  readonly error: number;
  /** The usual error at its end. */
  readonly usual: number;
}

/**
 * The course of a video in so many bins at most, however long it is: when all are full, two neighbours become one. Peaks stay.
 */
export class Timeline {
  #bins: TimelineBin[] = [];
  /** Frames in each bin, and in the last one. */
  #each = 1;
  #inLast = 0;
  readonly #most: number;

  constructor(most = 2000) {
    this.#most = most;
  }

  add({ frame, time, score, error, usual }: Omit<TimelineBin, 'lowest'>): void {
    const bin = { frame, time, score, lowest: score, error, usual };
    const last = this.#bins.at(-1);
    if (last && this.#inLast < this.#each) {
      this.#bins[this.#bins.length - 1] = joined(last, bin);
      this.#inLast++;
      return;
    }
    if (this.#bins.length === this.#most) this.#halve();
    this.#bins.push(bin);
    this.#inLast = 1;
  }

  get bins(): readonly TimelineBin[] {
    return this.#bins;
  }

  #halve(): void {
    const bins = this.#bins;
    const pairs = Array.from({ length: Math.ceil(bins.length / 2) }, (_, at) => [
      bins[2 * at]!,
      bins[2 * at + 1],
    ]);
    this.#bins = pairs.map(([a, b]) => (b ? joined(a!, b) : a!));
    this.#each *= 2;
  }
}

function joined(a: TimelineBin, b: TimelineBin): TimelineBin {
  return {
    frame: a.frame,
    time: a.time,
    score: Math.max(a.score, b.score),
    lowest: Math.min(a.lowest, b.lowest),
    error: Math.max(a.error, b.error),
    usual: b.usual,
  };
}
