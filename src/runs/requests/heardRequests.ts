import type { FileLock } from '../../common/locks/fileLock.js';
import { takeRequest } from './requestFile.js';

/** Milliseconds between two looks for a request. */
const INTERVAL = 300;

/** What other processes ask of the one that trains a run, from when it holds the lock until `close`. */
export class HeardRequests {
  readonly #stopping = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #listen: () => Promise<void>;
  #save = false;
  #listening = false;

  constructor(folder: string, lock: FileLock) {
    this.#listen = async () => {
      if (this.#listening) return;
      this.#listening = true;
      const ask = await takeRequest(folder, lock.token);
      this.#listening = false;
      if (ask === 'stop') this.#stopping.abort();
      if (ask === 'save') this.#save = true;
    };
    // By a timer and not between steps: a camera that gives no frame leaves no step to wait for.
    this.#timer = setInterval(this.#listen, INTERVAL).unref();
    // What is left of a session before.
    void this.#listen();
  }

  /** Aborted when training is to stop. */
  get stop(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Whether the state is to be saved at once; asking takes the request away. */
  takeSave = (): boolean => {
    const save = this.#save;
    this.#save = false;
    return save;
  };

  /** A request that is made at this moment is not answered, and does not stay. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#listen();
  }
}
