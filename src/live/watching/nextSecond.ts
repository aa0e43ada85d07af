import { squaredDifference } from './squaredDifference.js';

/** A frame that was seen, and when, in seconds. */
export interface TimedFrame {
  readonly number: number;
  readonly frame: Uint8Array;
  readonly time: number;
}

/** A frame of the second that was expected. */
export interface ExpectedMoment {
  /** Values in [0, 1]. */
  readonly expected: Float32Array;
  /** Seconds after the frame that was seen last: at the rate of the moment, and as it was once the frame has come. */
  readonly ahead: number;
  /** What came. */
  readonly came?: Uint8Array;
  /** Mean squared errors of the expected frame, and of the frame that was seen last in its place. */
  readonly error?: number;
  readonly copyLast?: number;
}

/** What a network expected of one second, beside what came then. */
export class NextSecond {
  readonly #moments: ExpectedMoment[];
  readonly #from: TimedFrame;
  #ended = false;

  /** @param from the last frame that was seen @param rate frames a second that are being taken */
  constructor(from: TimedFrame, expected: readonly Float32Array[], rate: number) {
    this.#from = from;
    this.#moments = expected.map((frame, at) => ({ expected: frame, ahead: (at + 1) / rate }));
  }

  get moments(): readonly ExpectedMoment[] {
    return this.#moments;
  }

  /** Seconds from the beginning to the frame that was seen last. */
  get since(): number {
    return this.#from.time;
  }

  /** Whether nothing more of it will come. */
  get complete(): boolean {
    return this.#ended || this.#moments.every(({ came }) => came !== undefined);
  }

  /** Another source has begun: what comes is not what was expected. */
  end(): void {
    this.#ended = true;
  }

  /** Take a frame that was seen, where it is one of this second. @returns whether it was */
  take({ number, frame, time }: TimedFrame): boolean {
    const at = number - this.#from.number - 1;
    const moment = this.#moments[at];
    if (!moment || moment.came || this.#ended) return false;
    this.#moments[at] = {
      expected: moment.expected,
      ahead: time - this.#from.time,
      came: frame,
      error: squaredDifference(moment.expected, frame),
      copyLast: squaredDifference(this.#from.frame, frame),
    };
    return true;
  }

  /** Mean errors over the frames that came; nothing before the first. */
  get means(): { readonly error: number; readonly copyLast: number } | undefined {
    const came = this.#moments.filter((each) => each.came !== undefined);
    if (came.length === 0) return undefined;
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    return {
      error: mean(came.map(({ error = 0 }) => error)),
      copyLast: mean(came.map(({ copyLast = 0 }) => copyLast)),
    };
  }
}
