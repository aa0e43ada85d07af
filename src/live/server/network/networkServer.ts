import { WebSocketServer } from 'ws';
import { messageOf } from '../../../common/errors.js';
import { SOCKET_PROTOCOL } from '../../watching/places.js';
import type { OpenSession } from '../openSession.js';
import { mostBytes } from '../sessionState.js';
import { Drive } from './drive.js';
import { pageMessage } from './pageMessages.js';

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
    maxPayload: mostBytes(session.page.settings),
    perMessageDeflate: false,
    // The token stands beside it, and is not said back.
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  });
  let driving: Drive | undefined;
  /** Ends when the network of the last page is gone. */
  let free = Promise.resolve();
  sockets.on('connection', (socket) => {
    const drive = new Drive(socket, session, onSaved);
    // `ws` closes the socket by itself after a message that is too large or broken.
    socket.on('error', () => {});
    if (driving) {
      drive.refuse('another page uses this network: close it, then reload this one');
      return;
    }
    driving = drive;
    socket.on('message', (data: Buffer, binary) => {
      if (socket.readyState !== socket.OPEN) return;
      try {
        drive.take(pageMessage(binary ? data : new Uint8Array()), data.length, free);
      } catch (error) {
        drive.refuse(messageOf(error));
      }
    });
    socket.on('close', () => {
      driving = undefined;
      // A training thread that has ended has nothing left to dispose of.
      free = drive.close().catch(() => {});
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
