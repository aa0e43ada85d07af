import { type FileHandle, open } from 'node:fs/promises';
import { type MetricsRecord, parseRecord } from '../../runs/metricsLog.js';

/** Bytes that are read at once: other work has its turn between two pieces. */
const PIECE = 1 << 18;
/** Bytes before the place where reading stopped, by which another file of the same name is known. */
const KNOWN = 200;

/**
 * Reads a `metrics.jsonl` that another process writes, from where it stopped the last time. A run that is resumed cuts its file back
 * to its last checkpoint, and one that is replaced begins another: then everything is read again.
 */
export class MetricsTail {
  readonly #path: string;
  #at = 0;
  #file = 0;
  /** The bytes before `#at`, or the last of them. */
  #before = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Hand on the records that were added since.
   * @param anew called first where what was handed on before does not hold any more
   * @throws Error where the file cannot be read
   */
  async read(each: (record: MetricsRecord) => void, anew: () => void): Promise<void> {
    const file = await open(this.#path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (!file) {
      if (this.#at > 0) this.#forget(anew);
      return;
    }
    try {
      if (this.#at > 0 && !(await this.#isSame(file))) this.#forget(anew);
      this.#file = (await file.stat()).ino;
      await this.#readOn(file, each);
    } finally {
      await file.close();
    }
  }

  #forget(anew: () => void): void {
    this.#at = 0;
    this.#before = Buffer.alloc(0);
    anew();
  }

  async #isSame(file: FileHandle): Promise<boolean> {
    const { ino, size } = await file.stat();
    if (ino !== this.#file || size < this.#at) return false;
    const before = Buffer.alloc(this.#before.length);
    await file.read(before, 0, before.length, this.#at - before.length);
    return before.equals(this.#before);
  }

  async #readOn(file: FileHandle, each: (record: MetricsRecord) => void): Promise<void> {
    for (const piece = Buffer.alloc(PIECE); ; ) {
      const { bytesRead } = await file.read(piece, 0, PIECE, this.#at);
      // A line counts once its newline is there.
      const end = piece.lastIndexOf('\n', bytesRead - 1) + 1;
      if (bytesRead === 0 || end === 0) return;
      for (const line of piece.toString('utf8', 0, end - 1).split('\n')) {
        const record = parseRecord(line);
        if (record) each(record);
      }
      this.#at += end;
      this.#before = Buffer.from(piece.subarray(Math.max(0, end - KNOWN), end));
    }
  }
}
