import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { ForeframeError } from '../../common/errors.js';
import { writeError } from '../../common/files/atomicWrite.js';

/** A text file that grows line by line; lines wait for the disk, not in memory. */
export class LineFile {
  readonly #path: string;
  readonly #stream: WriteStream;
  #failure: ForeframeError | undefined;

  private constructor(path: string, stream: WriteStream) {
    this.#path = path;
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#failure ??= writeError(path, error);
    });
  }

  /** A new file; one of that name is replaced. @throws ForeframeError when it cannot be written */
  static async open(path: string): Promise<LineFile> {
    const stream = createWriteStream(path);
    await once(stream, 'open').catch((error) => {
      throw writeError(path, error);
    });
    return new LineFile(path, stream);
  }

  /** @throws ForeframeError when this line, or one before, could not be written */
  async write(line: string): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (this.#stream.write(`${line}\n`)) return;
    await once(this.#stream, 'drain').catch((error) => {
      throw error instanceof ForeframeError ? error : writeError(this.#path, error);
    });
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#stream.end(resolve));
    if (this.#failure) throw this.#failure;
  }
}
