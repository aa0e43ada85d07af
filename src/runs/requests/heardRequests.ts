import type { FileLock } from '../../common/locks/fileLock.js';
import { answered, forgetOthers, takeRequest } from './requestFile.js';

/** Milliseconds between two looks for a request. */
const INTERVAL = 300;

/** What other processes ask of the one that trains a run, from when it holds the lock until `close`. */
export class HeardRequests {
  readonly #stopping = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #folder: string;
  readonly #token: string;
  #save = false;
  #listening: Promise<void> | undefined;

  constructor(folder: string, { token }: FileLock) {
    this.#folder = folder;
    this.#token = token;
    // By a timer and not between steps: a camera that gives no frame leaves no step to wait for.
    this.#timer = setInterval(() => this.#listen(), INTERVAL).unref();
    // What is left of a session before.
    void forgetOthers(folder, token).then(() => this.#listen());
  }

  /** Aborted when training is to stop. */
  get stop(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Whether the state is to be saved at once; asking takes the request away. */
  takeSave = (): boolean => {
    const save = this.#save;
    this.#save = false;
    // A stop is answered when the session ends.
    if (save && !this.stop.aborted) void answered(this.#folder, this.#token);
    return save;
  };

  /** A request that is made at this moment is not answered, and does not stay. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#listening;
    await this.#listen();
    await answered(this.#folder, this.#token);
  }

  #listen(): Promise<void> {
    this.#listening ??= this.#hear().finally(() => {
      this.#listening = undefined;
    });
    return this.#listening;
  }

  async #hear(): Promise<void> {
    const ask = await takeRequest(this.#folder, this.#token);
    if (ask === 'stop') this.#stopping.abort();
    if (ask === 'save') this.#save = true;
  }
}
