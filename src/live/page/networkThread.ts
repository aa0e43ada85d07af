import type { BrowserDevice } from '../../tensorflow/backend/browser/device.js';
import type { FromNetwork, LiveSettings, ToNetwork, Wish } from '../watching/messages.js';
import { type Heard, type NetworkLink, type Saved, Saving } from './networkLink.js';

/** The network in a thread of the browser. */
export class NetworkThread implements NetworkLink {
  readonly #worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  readonly #saving = new Saving();

  /**
   * @param weights to begin with
   * @param device what to compute on
   * @param hear everything that it says, but for what `save` answers
   */
  constructor(
    settings: LiveSettings,
    weights: Uint8Array | undefined,
    device: BrowserDevice,
    hear: (message: Heard) => void,
  ) {
    const fail = (message: string) => {
      this.#saving.fail(message);
      hear({ kind: 'failed', message });
    };
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromNetwork>) => {
      const said = this.#saving.take(data);
      if (said?.kind === 'failed') fail(said.message);
      else if (said) hear(said);
    });
    this.#worker.addEventListener('error', ({ message }) =>
      fail(
        `the network's thread ended: ${message || 'it could not be loaded; is foreframe live still there?'}`,
      ),
    );
    const open: ToNetwork = { kind: 'open', settings, device, ...(weights && { weights }) };
    this.#worker.postMessage(open);
  }

  post(message: Wish): void {
    this.#worker.postMessage(message);
  }

  save(): Promise<Saved> {
    this.post({ kind: 'save' });
    return this.#saving.wait();
  }

  close(): void {
    this.#worker.terminate();
  }
}
