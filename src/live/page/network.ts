import { ForeframeError } from '../../common/errors.js';
import type { FromNetwork, LiveSettings, ToNetwork } from '../watching/messages.js';

type Saved = Extract<FromNetwork, { kind: 'saved' }>;

/** The network in its thread, from its first message to its last. */
export class NetworkThread {
  readonly #worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  #saving: { resolve(saved: Saved): void; reject(error: Error): void } | undefined;

  /** @param weights to begin with @param hear everything that it says, but for what `save` answers */
  constructor(
    settings: LiveSettings,
    weights: Uint8Array | undefined,
    hear: (message: Exclude<FromNetwork, Saved>) => void,
  ) {
    const fail = (message: string) => {
      this.#saving?.reject(new ForeframeError(message));
      hear({ kind: 'failed', message });
    };
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromNetwork>) => {
      if (data.kind === 'saved') this.#saving?.resolve(data);
      else if (data.kind === 'failed') fail(data.message);
      else hear(data);
    });
    this.#worker.addEventListener('error', ({ message }) =>
      fail(
        `the network's thread ended: ${message || 'it could not be loaded; is foreframe live still there?'}`,
      ),
    );
    this.post({ kind: 'open', settings, ...(weights && { weights }) });
  }

  post(message: ToNetwork): void {
    this.#worker.postMessage(message);
  }

  save(): Promise<Saved> {
    return new Promise((resolve, reject) => {
      this.#saving = { resolve, reject };
      this.post({ kind: 'save' });
    });
  }

  close(): void {
    this.#worker.terminate();
  }
}
