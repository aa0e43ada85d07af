import WebSocket from 'ws';
import type { FromNetwork, ToServer } from '../../src/live/watching/messages.js';
import { NETWORK_PATH, SOCKET_PROTOCOL } from '../../src/live/watching/places.js';
import { decodeMessage, encodeMessage } from '../../src/live/watching/wire.js';

type Of<K extends FromNetwork['kind']> = Extract<FromNetwork, { kind: K }>;

/** A page as its server sees it: plain Node, with whatever headers and bytes a test likes. */
export class SocketClient {
  /** What came and was not asked for yet. */
  readonly heard: FromNetwork[] = [];
  readonly socket: WebSocket;
  /** Ends with the code that the socket was closed with, or the status that refused it. */
  readonly closed: Promise<number>;
  #wake = () => {};

  /** @param address of the page, with the token behind its `#` */
  constructor(address: string, { token, ...headers }: Readonly<Record<string, string>> = {}) {
    const url = new URL(address);
    const given = token ?? url.hash.slice(1);
    const protocols = given === '' ? [SOCKET_PROTOCOL] : [SOCKET_PROTOCOL, given];
    this.socket = new WebSocket(`ws://${url.host}/${NETWORK_PATH}`, protocols, {
      headers: { origin: url.origin, ...headers },
    });
    this.socket.on('message', (data: Buffer) => {
      this.heard.push(decodeMessage(new Uint8Array(data)) as FromNetwork);
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('unexpected-response', (_, response) => {
        resolve(response.statusCode!);
        this.socket.terminate();
      });
      this.socket.on('error', () => {});
      this.socket.on('close', (code) => {
        resolve(code);
        this.#wake();
      });
    });
  }

  async opened(): Promise<this> {
    if (this.socket.readyState !== WebSocket.OPEN)
      await new Promise((resolve) => this.socket.once('open', resolve));
    return this;
  }

  send(message: ToServer): void {
    this.socket.send(encodeMessage(message));
  }

  /** The next message of a kind; others before it are left out. Fails where the socket is closed without one. */
  async next<K extends FromNetwork['kind']>(kind: K): Promise<Of<K>> {
    for (;;) {
      const message = this.heard.shift();
      if (message?.kind === kind) return message as Of<K>;
      if (message?.kind === 'failed') throw new Error(message.message);
      if (message) continue;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed without ${kind}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}
