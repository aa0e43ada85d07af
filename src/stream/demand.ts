/**
 * How a slow sink stops a fast source in RxJS, which has no backpressure of its own.
 *
 * An Observable's `next` runs the whole synchronous chain down to the sink before it returns. So a sink (or any operator
 * that queues) that has enough work puts a hold on the demand it shares with the source, and the source, after every
 * `next`, waits until no hold is left. Every synchronous operator of RxJS may stand between the two.
 */
export class Demand {
  #holds = 0;
  #waiting: (() => void)[] = [];

  /** True while any consumer downstream holds the source. */
  get held(): boolean {
    return this.#holds > 0;
  }

  /** Stop the source until the returned function is called (once; calling it again does nothing). */
  hold(): () => void {
    this.#holds++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#holds--;
      if (this.#holds === 0) this.#wake();
    };
  }

  /** Resolves when no hold is left, or when `signal` is aborted. */
  async ready(signal?: AbortSignal): Promise<void> {
    while (this.held && !signal?.aborted) await this.#nextWake(signal);
  }

  #nextWake(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.push(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
