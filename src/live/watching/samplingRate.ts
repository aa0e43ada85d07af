/** Frames that may wait while a step of learning is taken. A frame that comes to more is dropped. */
export const MOST_WAITING = 4;

/** Share of the time that is left free: the page draws, and no measurement is exact. */
const SLACK = 1.25;

/** Share of the way to a shorter time that is gone at once. A longer one counts whole: what took so long may do so again. */
const NEWEST = 0.1;

/**
 * How many frames a second are taken: as many as are asked for, or fewer where the machine is slower. A step of learning holds frames
 * up; `MOST_WAITING` frames have to last for one step and for watching them, or frames would be dropped. So the rate is lowered first.
 */
export class SamplingRate {
  asked: number;
  #watching = 0;
  #learning = 0;
  /** When the last answer came, where frames waited then. */
  #busySince: number | undefined;

  constructor(asked: number) {
    this.asked = asked;
  }

  /**
   * A frame was watched in so many milliseconds. While others wait, the time from one answer to the next counts: the way to the
   * network and back takes its part.
   * @param waiting frames that wait now
   */
  watched(milliseconds: number, waiting = 0): void {
    const now = performance.now();
    const since = this.#busySince === undefined ? 0 : now - this.#busySince;
    this.#watching = follow(this.#watching, Math.max(milliseconds, since));
    this.#busySince = waiting > 0 ? now : undefined;
  }

  /** A step was taken in so many milliseconds; 0: there is no learning any more. */
  learned(milliseconds: number): void {
    this.#learning = milliseconds === 0 ? 0 : follow(this.#learning, milliseconds);
    // The step held up those that wait: it is counted here, and not once more there.
    if (this.#busySince !== undefined) this.#busySince = performance.now();
  }

  /** Frames a second. */
  get rate(): number {
    const interval = SLACK * (this.#watching + this.#learning / MOST_WAITING);
    return interval === 0 ? this.asked : Math.min(this.asked, 1000 / interval);
  }
}

function follow(before: number, value: number): number {
  return value > before ? value : before + NEWEST * (value - before);
}
