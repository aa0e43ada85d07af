import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { ForeframeError, messageOf } from '../../../common/errors.js';
import { SOCKET_PROTOCOL } from '../../watching/places.js';
import { LARGEST_SIDE } from '../chosenSession.js';
import type { OpenSession } from '../openSession.js';
import { Drive } from './drive.js';
import { pageMessage } from './pageMessages.js';

/** Milliseconds for which a page waits for another to go, and between two looks. */
const PATIENCE = 2000;
const LOOK = 20;
/** Bytes of the largest frame that can be chosen in the page. */
const LARGEST_CHOSEN = 3 * LARGEST_SIDE ** 2;
/** Bytes of a message besides the frame in it. */
const BESIDE_FRAME = 4096;

export interface NetworkServer {
  /** Takes the sockets whose requests were let through. */
  readonly sockets: WebSocketServer;
  /** End all sockets and the network. */
  close(): Promise<void>;
}

/** The network of this process for one page at a time, over a web socket. */
export function networkServer(session: OpenSession, onSaved?: (folder: string) => void): NetworkServer {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: Math.max(frameBytes(session), LARGEST_CHOSEN) + BESIDE_FRAME,
    perMessageDeflate: false,
    // The token stands beside it, and is not said back.
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  });
  /** The page that has the network. */
  let owner: Drive | undefined;
  /** Ends when the network of the last page is gone. */
  let free = Promise.resolve();
  /** A page that begins anew opens its next socket while the last one is being closed. */
  const claimFor = async (drive: Drive) => {
    for (const until = performance.now() + PATIENCE; owner; await sleep(LOOK))
      if (performance.now() > until)
        throw new ForeframeError('another page uses this network: close it, then reload this one');
    if (drive.ended) throw new ForeframeError('this page has gone');
    owner = drive;
    await free;
  };
  sockets.on('connection', (socket) => {
    const claim = () => claimFor(drive);
    const drive: Drive = new Drive({ socket, started: session, claim, onSaved });
    // `ws` closes the socket by itself after a message that is too large or broken.
    socket.on('error', () => {});
    socket.on('message', (data: Buffer, binary) => {
      if (socket.readyState !== socket.OPEN) return;
      try {
        drive.take(pageMessage(binary ? data : new Uint8Array()));
      } catch (error) {
        drive.refuse(messageOf(error));
      }
    });
    socket.on('close', () => {
      // A training thread that has ended has nothing left to dispose of.
      const gone = drive.close().catch(() => {});
      if (owner !== drive) return;
      owner = undefined;
      free = gone;
    });
  });
  return {
    sockets,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      // What a socket's end begins comes after it.
      await new Promise(setImmediate);
      await free;
    },
  };
}

function frameBytes({ page }: OpenSession): number {
  const { height, width, channels } = page.settings.frame;
  return height * width * channels;
}
