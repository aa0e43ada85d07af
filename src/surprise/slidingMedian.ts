/**
 * Median and median absolute deviation of the last so many numbers, exactly, in memory that does not grow. The numbers are kept
 * twice: in the order in which they came and sorted.
 */
export class SlidingMedian {
  readonly #ring: Float64Array;
  readonly #sorted: Float64Array;
  #count = 0;
  #next = 0;

  /** @param window how many numbers count, at most */
  constructor(window: number) {
    this.#ring = new Float64Array(window);
    this.#sorted = new Float64Array(window);
  }

  /** Numbers that count now. */
  get count(): number {
    return this.#count;
  }

  /** Take in a number; the oldest one of a full window is let go. */
  add(value: number): void {
    if (Number.isNaN(value)) throw new RangeError('a median of what is no number');
    if (this.#count === this.#ring.length) this.#remove(this.#ring[this.#next]!);
    this.#ring[this.#next] = value;
    this.#next = (this.#next + 1) % this.#ring.length;
    const at = this.#placeOf(value);
    this.#sorted.copyWithin(at + 1, at, this.#count);
    this.#sorted[at] = value;
    this.#count++;
  }

  /** NaN of nothing. */
  median(): number {
    const half = this.#count >> 1;
    if (this.#count % 2 === 1) return this.#sorted[half]!;
    return this.#count === 0 ? Number.NaN : (this.#sorted[half - 1]! + this.#sorted[half]!) / 2;
  }

  /** The number below which a share of all lies, of those that came; NaN of nothing. */
  quantile(share: number): number {
    return this.#count === 0 ? Number.NaN : this.#sorted[Math.floor(share * (this.#count - 1))]!;
  }

  /** Median of the absolute differences from the median; NaN of nothing. */
  medianDeviation(): number {
    if (this.#count === 0) return Number.NaN;
    const centre = this.median();
    const sorted = this.#sorted;
    // Differences grow away from the median on both sides: merge the two sides up to the middle.
    let above = this.#placeOf(centre);
    let below = above - 1;
    const half = this.#count >> 1;
    let [last, before] = [0, 0];
    for (let taken = 0; taken <= half; taken++) {
      const down = below >= 0 ? centre - sorted[below]! : Number.POSITIVE_INFINITY;
      const up = above < this.#count ? sorted[above]! - centre : Number.POSITIVE_INFINITY;
      before = last;
      if (down < up) {
        last = down;
        below--;
      } else {
        last = up;
        above++;
      }
    }
    return this.#count % 2 === 1 ? last : (before + last) / 2;
  }

  /** The first place whose number is not smaller. */
  #placeOf(value: number): number {
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #remove(value: number): void {
    const at = this.#placeOf(value);
    this.#sorted.copyWithin(at, at + 1, this.#count);
    this.#count--;
  }
}
