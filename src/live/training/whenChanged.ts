import { statSync } from 'node:fs';

/** What a file holds, read again only when it is another one. */
export class WhenChanged<T> {
  readonly #path: string;
  readonly #read: () => Promise<T>;
  #known: { readonly stamp: string; readonly value: T | undefined } | undefined;

  constructor(path: string, read: () => Promise<T>) {
    this.#path = path;
    this.#read = read;
  }

  /** Undefined where there is no such file, or it cannot be read. */
  async get(): Promise<T | undefined> {
    const stats = statSync(this.#path, { throwIfNoEntry: false });
    if (!stats) return undefined;
    const stamp = `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
    if (this.#known?.stamp !== stamp)
      this.#known = { stamp, value: await this.#read().catch(() => undefined) };
    return this.#known.value;
  }
}
