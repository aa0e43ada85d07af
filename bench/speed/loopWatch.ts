import { readFileSync } from 'node:fs';

/** How often the event loop is looked at, in ms. */
const INTERVAL = 5;

/** Longest times, in ms, between two looks at the event loop. */
export interface LoopStops {
  /** By which the second look came late: also while this thread only waited for a processor. */
  readonly blocked: number;
  /** For which this thread computed meanwhile: its own part in it, whatever else the machine does. Linux only. */
  readonly own?: number;
}

/** Watches how long the event loop of the main thread stands still. */
export class LoopWatch {
  readonly #timer = setInterval(() => this.#look(), INTERVAL);
  #last = performance.now();
  #lastOwn = ownTime();
  #blocked = 0;
  #own: number | undefined = this.#lastOwn === undefined ? undefined : 0;

  /** The longest so far. */
  get longest(): LoopStops {
    return { blocked: this.#blocked, own: this.#own };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    const own = ownTime();
    this.#blocked = Math.max(this.#blocked, now - this.#last - INTERVAL);
    if (own !== undefined && this.#lastOwn !== undefined && this.#own !== undefined)
      this.#own = Math.max(this.#own, own - this.#lastOwn);
    this.#last = now;
    this.#lastOwn = own;
  }
}

/** Time for which the main thread has had a processor, in ms, where the system reports it thread by thread. */
function ownTime(): number | undefined {
  try {
    const [onProcessor] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(onProcessor) / 1e6;
  } catch {
    return undefined;
  }
}
