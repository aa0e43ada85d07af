/**
 * A fixed set of byte buffers in shared memory, used in turn: batches cross to another thread without being copied, and
 * no memory is allocated once each was used.
 */
export class BufferRing {
  readonly #slots: Uint8Array[] = [];
  readonly #count: number;
  readonly #bytes: number;
  readonly #onNew: (bytes: number) => void;
  #next = 0;

  /**
   * @param slots the most that are outstanding at once; each is made when it is first taken
   * @param bytes of each
   * @param onNew called before another buffer is made
   */
  constructor(slots: number, bytes: number, onNew: (bytes: number) => void = () => {}) {
    this.#count = slots;
    this.#bytes = bytes;
    this.#onNew = onNew;
  }

  /** The slot that was taken longest ago: whoever took it then has to be done with it. */
  take(): Uint8Array {
    const at = this.#next;
    this.#next = (at + 1) % this.#count;
    return this.#slots[at] ?? this.#make(at);
  }

  #make(at: number): Uint8Array {
    this.#onNew(this.#bytes);
    const slot = new Uint8Array(new SharedArrayBuffer(this.#bytes));
    this.#slots[at] = slot;
    return slot;
  }
}
