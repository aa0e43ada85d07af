/**
 * A fixed set of byte buffers in shared memory, used in turn: batches cross to another thread without being copied, and
 * no memory is asked for as training goes on.
 */
export class BufferRing {
  readonly #slots: Uint8Array[];
  #next = 0;

  /** @param slots as many as are ever outstanding at once; @param bytes of each */
  constructor(slots: number, bytes: number) {
    this.#slots = Array.from({ length: slots }, () => new Uint8Array(new SharedArrayBuffer(bytes)));
  }

  /** The slot that was taken longest ago: whoever took it then has to be done with it. */
  take(): Uint8Array {
    const slot = this.#slots[this.#next]!;
    this.#next = (this.#next + 1) % this.#slots.length;
    return slot;
  }
}
