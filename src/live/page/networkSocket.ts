import type { FromNetwork, LiveSettings, ToNetwork } from '../watching/messages.js';
import { decodeMessage, encodeMessage } from '../watching/wire.js';
import { type FirstWeights, type Heard, type NetworkLink, type Saved, Saving } from './networkLink.js';
import { openSocket } from './server.js';

/** The network in the `foreframe` that gave the page out, over a web socket. */
export class NetworkSocket implements NetworkLink {
  readonly #socket = openSocket();
  readonly #saving = new Saving();
  /** Until the socket is open. */
  #early: Uint8Array[] = [];
  #ended = false;

  /** @param weights to begin with @param hear everything that it says, but for what `save` answers */
  constructor(settings: LiveSettings, weights: FirstWeights, hear: (message: Heard) => void) {
    const fail = (message: string) => {
      if (this.#ended) return;
      this.#ended = true;
      this.#saving.fail(message);
      hear({ kind: 'failed', message });
    };
    const socket = this.#socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      for (const bytes of this.#early) this.#send(bytes);
      this.#early = [];
    });
    socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
      // Its own server's words: nobody else is let onto this socket.
      const said = this.#saving.take(decodeMessage(new Uint8Array(data)) as FromNetwork);
      if (said?.kind === 'failed') fail(said.message);
      else if (said) hear(said);
    });
    socket.addEventListener('close', ({ reason }) =>
      fail(reason || 'foreframe live has ended: start it again, and open the address that it prints'),
    );
    this.post({ kind: 'open', settings, ...(weights && { weights }) });
  }

  post(message: ToNetwork): void {
    const bytes = encodeMessage(message);
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#early.push(bytes);
    else this.#send(bytes);
  }

  save(): Promise<Saved> {
    this.post({ kind: 'save' });
    return this.#saving.wait();
  }

  close(): void {
    this.#ended = true;
    this.#socket.close();
  }

  #send(bytes: Uint8Array): void {
    this.#socket.send(bytes as Uint8Array<ArrayBuffer>);
  }
}
