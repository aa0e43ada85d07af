import type { Frame } from '../../video/index.js';

/** A frame, and when it came. */
export interface Arrival {
  readonly frame: Frame;
  /** `performance.now()` when it had come. */
  readonly arrived: number;
  /** It came while another one was worked on. */
  readonly waited: boolean;
}

/**
 * Frames as they come, while others are worked on: so many wait, at most, and then whatever brings them waits. Leaving the loop
 * closes the source.
 */
export class Arrivals implements AsyncIterable<Arrival> {
  readonly #frames: AsyncIterable<Frame>;
  readonly #most: number;
  readonly #queue: Arrival[] = [];
  #working = false;

  constructor(frames: AsyncIterable<Frame>, most: number) {
    this.#frames = frames;
    this.#most = most;
  }

  /** Frames that wait now. */
  get waiting(): number {
    return this.#queue.length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Arrival, void, undefined> {
    let [wake, room] = [() => {}, () => {}];
    let closed = false;
    let ended: { readonly error?: unknown } | undefined;
    const read = async () => {
      for await (const frame of this.#frames) {
        if (closed) return;
        this.#queue.push({ frame, arrived: performance.now(), waited: this.#working });
        wake();
        while (this.#queue.length >= this.#most && !closed)
          await new Promise<void>((resolve) => {
            room = resolve;
          });
      }
    };
    const reading = read().then(
      () => {
        ended = {};
        wake();
      },
      (error: unknown) => {
        ended = { error };
        wake();
      },
    );
    try {
      while (true) {
        const next = this.#queue.shift();
        if (next) {
          room();
          this.#working = true;
          yield next;
          this.#working = false;
        } else if (ended) {
          if ('error' in ended) throw ended.error;
          return;
        } else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      closed = true;
      room();
      if (ended) await reading;
    }
  }
}
