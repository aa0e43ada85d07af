import { type FileHandle, open } from 'node:fs/promises';

const BLOCK = 1 << 16;

/** Reads small pieces of a large file, a block at a time. */
export class FileBytes {
  readonly size: number;
  readonly #file: FileHandle;
  #block = Buffer.alloc(0);
  #from = 0;

  private constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.size = size;
  }

  /** Give the bytes of `path` to `work`, and close the file after it. */
  static async of<T>(path: string, work: (bytes: FileBytes) => Promise<T>): Promise<T> {
    const file = await open(path);
    try {
      return await work(new FileBytes(file, (await file.stat()).size));
    } finally {
      await file.close();
    }
  }

  /** `length` bytes from `at` on, fewer at the end of the file. A view that the next call may overwrite. */
  async read(at: number, length: number): Promise<Buffer> {
    const end = Math.min(this.size, at + length);
    if (at < this.#from || end > this.#from + this.#block.length) {
      const wanted = Math.max(0, Math.min(this.size - at, Math.max(length, BLOCK)));
      const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(wanted), 0, wanted, at);
      this.#block = buffer.subarray(0, bytesRead);
      this.#from = at;
    }
    return this.#block.subarray(at - this.#from, Math.max(at, end) - this.#from);
  }

  /** The last bytes of the file, at most `length`. */
  tail(length: number): Promise<Buffer> {
    return this.read(Math.max(0, this.size - length), length);
  }
}
