/** Cuts a byte stream that arrives in chunks of any size into pieces of exactly `size` bytes. */
export class FrameCutter {
  readonly #size: number;
  #frame: Uint8Array | undefined;
  #filled = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Bytes of a piece that has begun but is not whole yet. */
  get pending(): number {
    return this.#filled;
  }

  /**
   * The pieces that `chunk` completes. Each is a buffer of its own: a view into the chunk would save a copy that is not
   * measurable beside decoding, and keep 64 KiB alive for every small frame that a shuffle buffer holds on to.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let offset = 0;
    while (offset < chunk.length) {
      this.#frame ??= new Uint8Array(this.#size);
      const part = chunk.subarray(offset, offset + this.#size - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      offset += part.length;
      if (this.#filled < this.#size) return;
      const whole = this.#frame;
      this.#frame = undefined;
      this.#filled = 0;
      yield whole;
    }
  }
}
