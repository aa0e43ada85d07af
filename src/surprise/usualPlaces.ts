import { LEAST_SPREAD, ROUNDING_ERROR } from './usualError.js';

/** Standard deviations beyond which a value counts no more than this for what is usual. */
const CLIP = 3;

/** Standard deviations of a normal distribution in its mean absolute deviation. */
const NORMAL = 1.2533;

/**
 * What error is usual at each place, with two numbers a place: a centre and a spread of the logarithm, which forget what is older
 * than about a window. What lies far from the centre counts as if it lay 3 deviations away (Huber's way), so that a passing car does
 * not become usual, and something that stays does, in time.
 */
export class UsualPlaces {
  readonly #centre: Float64Array;
  readonly #spread: Float64Array;
  readonly #window: number;
  readonly #least: number;
  #count = 0;

  /**
   * @param places how many @param window frames after which a value has mostly been forgotten
   * @param values pixel values in a place: the error of a few varies by chance, by √(2/n) of itself under normal noise
   */
  constructor(places: number, window: number, values: number) {
    this.#centre = new Float64Array(places);
    this.#spread = new Float64Array(places);
    this.#window = window;
    this.#least = Math.max(LEAST_SPREAD, Math.sqrt(2 / values));
  }

  /** Compare errors, one a place, with those before, then let them count. @returns robust deviations above what is usual there */
  take(errors: Float64Array): Float32Array {
    const scores = new Float32Array(errors.length);
    const share = Math.max(1 / (this.#count + 1), 1 / this.#window);
    for (let place = 0; place < errors.length; place++) {
      const level = Math.log(errors[place]! + ROUNDING_ERROR);
      if (this.#count === 0) this.#centre[place] = level;
      const spread = Math.max(this.#least, NORMAL * this.#spread[place]!);
      const off = level - this.#centre[place]!;
      scores[place] = off / spread;
      const counted = Math.min(CLIP * spread, Math.max(-CLIP * spread, off));
      this.#centre[place]! += share * counted;
      this.#spread[place]! += share * (Math.abs(counted) - this.#spread[place]!);
    }
    this.#count++;
    return scores;
  }
}
