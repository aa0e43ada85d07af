/** Most that a crash may cost, in milliseconds of training. */
const INTERVAL = 30_000;
/** Saving takes at most this share of the time. */
const SHARE = 0.05;

/** When to save besides every so many steps: where steps are slow, a crash would cost many minutes of training. */
export class SaveTimer {
  #saved = performance.now();
  #interval = INTERVAL;

  /** Whether the last save, or the beginning, was long ago. */
  get isDue(): boolean {
    return performance.now() - this.#saved >= this.#interval;
  }

  /** Save; the next time comes later where that takes long. */
  async around(save: () => Promise<void>): Promise<void> {
    const began = performance.now();
    await save();
    this.#saved = performance.now();
    this.#interval = Math.max(INTERVAL, (this.#saved - began) / SHARE);
  }
}
