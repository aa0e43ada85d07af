import { SlidingMedian } from './slidingMedian.js';

/** Mean squared error of rounding to 8 bits: errors below it say nothing, and a frozen image has no smaller one. */
export const ROUNDING_ERROR = 1 / 255 ** 2 / 12;

/** Least spread, of the logarithm: an error that is 5 % larger than usual is never a deviation. */
export const LEAST_SPREAD = 0.05;

/** Frames, one second at 25 a second, beside which something is sudden. */
const RECENT = 25;

/** Deviation there: what is sudden has at least 3.3 times the error of nine tenths of those frames (e^(6 · 0.2)). */
const RECENT_SPREAD = 0.2;

/** So many of the last second's frames are the ones to be above. */
const RECENT_SHARE = 0.9;

/** The share of a window's frames whose errors are usual, however they are spread. */
const USUAL_SHARE = 0.8;

/** Standard deviations of a normal distribution in its median absolute deviation, and from its median to its 80 % quantile. */
const NORMAL = 1.4826;
const NORMAL_QUANTILE = 0.8416;

/** How far an error is from what is usual. */
export interface Deviation {
  /** The usual error: the median of those before. NaN before there is one. */
  readonly usual: number;
  /** How many robust standard deviations the logarithm of the error lies above what is usual; below 0: a smaller error. */
  readonly score: number;
  /** The part of the score that lies beside the last second alone: how sudden it is. */
  readonly sudden: number;
}

/**
 * What prediction error is usual, from the errors before. Errors span powers of ten and only their ratio means something: a dark
 * scene has small ones. So the scale is the logarithm, and its centre is the median of a sliding window: up to a fifth of it may be
 * unusual without moving the score far. The spread is the median absolute deviation or, where that is larger, the way from the median to
 * the 80 % quantile: cameras that send every image twice have a median of no error, and their other images are usual all the same.
 *
 * A window that holds calm and busy minutes has a large spread, in which a cut from one scene to another is lost. So an error above
 * the usual one is compared with the last second, too, and the larger of both scores counts.
 */
export class UsualError {
  readonly #all: SlidingMedian;
  readonly #recent: SlidingMedian;
  readonly #warmUp: number;
  readonly #floor: number;

  /** @param floor errors, in the unit of the errors, that are as good as none */
  constructor(
    { window, warmUp }: { readonly window: number; readonly warmUp: number },
    floor: number = ROUNDING_ERROR,
  ) {
    this.#all = new SlidingMedian(window);
    this.#recent = new SlidingMedian(Math.min(RECENT, window));
    this.#warmUp = warmUp;
    this.#floor = floor;
  }

  /** Compare an error with those before, then let it count. The score is 0 until as many as `warmUp` count. */
  take(error: number): Deviation {
    const level = Math.log(error + this.#floor);
    const usual = Math.max(0, Math.exp(this.#all.median()) - this.#floor);
    const scores = this.#all.count < this.#warmUp ? { score: 0, sudden: 0 } : this.#scoresOf(level);
    this.#all.add(level);
    this.#recent.add(level);
    return { usual, ...scores };
  }

  #scoresOf(level: number): Omit<Deviation, 'usual'> {
    const centre = this.#all.median();
    const upper = (this.#all.quantile(USUAL_SHARE) - centre) / NORMAL_QUANTILE;
    const score = (level - centre) / Math.max(LEAST_SPREAD, upper, NORMAL * this.#all.medianDeviation());
    if (score <= 0) return { score, sudden: 0 };
    const sudden = Math.max(0, (level - this.#recent.quantile(RECENT_SHARE)) / RECENT_SPREAD);
    return { score: Math.max(score, sudden), sudden };
  }
}
