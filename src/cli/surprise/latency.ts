import { quantile } from '../../analysis/scores/bootstrap.js';

/** Latencies that are kept. */
const KEPT = 10_000;

/** How long frames take from their coming to their answer, over the last ten thousand. */
export class Latency {
  readonly #last = new Float64Array(KEPT);
  #count = 0;
  #waited = 0;
  readonly #started = performance.now();

  add(milliseconds: number, waited: boolean): void {
    this.#last[this.#count++ % KEPT] = milliseconds;
    if (waited) this.#waited++;
  }

  summary(): SpeedSummary {
    const sorted = [...this.#last.subarray(0, Math.min(this.#count, KEPT))].sort((a, b) => a - b);
    const seconds = (performance.now() - this.#started) / 1000;
    const at = (share: number) => (sorted.length > 0 ? quantile(sorted, share) : 0);
    return {
      frames: this.#count,
      framesPerSecond: this.#count / seconds,
      waited: this.#waited,
      median: at(0.5),
      most95: at(0.95),
      longest: sorted.at(-1) ?? 0,
    };
  }
}

export interface SpeedSummary {
  readonly frames: number;
  readonly framesPerSecond: number;
  /** Frames that came while another was worked on. */
  readonly waited: number;
  /** Milliseconds from the coming of a frame to its answer: half of them took no longer, 95 of 100, and all. */
  readonly median: number;
  readonly most95: number;
  readonly longest: number;
}
