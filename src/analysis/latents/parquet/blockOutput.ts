import { ParquetFault } from './fault.js';

/** Where Snappy and LZ4 put what they decompress: exactly as many bytes as the page says, or nothing. */
export class BlockOutput {
  readonly bytes: Uint8Array;
  #length = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  get length(): number {
    return this.#length;
  }

  literal(input: Uint8Array, from: number, size: number): void {
    if (from + size > input.length) throw new ParquetFault('a compressed page ends too early');
    this.#room(size);
    this.bytes.set(input.subarray(from, from + size), this.#length);
    this.#length += size;
  }

  /** Repeat `size` bytes that begin `distance` bytes back; they may overlap with what they become. */
  repeat(distance: number, size: number): void {
    if (distance < 1 || distance > this.#length)
      throw new ParquetFault('a compressed page refers to bytes before its start');
    this.#room(size);
    const from = this.#length - distance;
    if (distance >= size) this.bytes.copyWithin(this.#length, from, from + size);
    else for (let i = 0; i < size; i++) this.bytes[this.#length + i] = this.bytes[from + i]!;
    this.#length += size;
  }

  /** @throws ParquetFault unless the page is full */
  done(): Uint8Array {
    if (this.#length !== this.bytes.length)
      throw new ParquetFault(
        `a compressed page holds ${this.#length} bytes, not the ${this.bytes.length} it says`,
      );
    return this.bytes;
  }

  #room(size: number): void {
    if (this.#length + size > this.bytes.length)
      throw new ParquetFault(`a compressed page holds more than the ${this.bytes.length} bytes it says`);
  }
}
