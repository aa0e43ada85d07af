import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { WebSocketServer } from 'ws';
import { UsageError } from '../../common/errors.js';

/** Tried first: a browser remembers for an address that it may use the camera. */
const USUAL_PORT = 4747;

/**
 * Connections at once: a page has a handful. Any program of this machine may connect, and one that does so without end must not take the
 * files of a training, which is served from the same process.
 */
const MOST_CONNECTIONS = 200;

/** Something that answers this machine alone. */
export interface Listening {
  /** With its token behind the `#`, which a browser sends to nobody. */
  readonly address: string;
  close(): Promise<void>;
}

export interface ListenOptions {
  /** By default 4747, or a free one where that is taken. */
  readonly port?: number;
  /** Takes the web sockets that are let in. */
  readonly sockets?: WebSocketServer;
}

/**
 * Answer requests to a port of 127.0.0.1.
 * @throws UsageError for a port that is taken
 */
export async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  token: string,
  { port, sockets }: ListenOptions = {},
): Promise<Listening> {
  const server = createAdaptorServer({ fetch, ...(sockets && { websocket: { server: sockets } }) });
  const listenAt = (at: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listenAt(port ?? USUAL_PORT).catch((error: NodeJS.ErrnoException) => {
    if (port === undefined && error.code === 'EADDRINUSE') return listenAt(0);
    throw new UsageError(`--port ${port ?? USUAL_PORT}: ${portFault(error)}`, { cause: error });
  });
  server.maxConnections = MOST_CONNECTIONS;
  // A connection that cannot be taken, as where too many files are open, is no reason to end.
  server.on('error', () => {});
  const { port: used } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${used}/#${token}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // A video that is paused holds its connection for ever.
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function portFault({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'another program uses it: name another, or leave --port out';
  if (code === 'EACCES') return 'only the administrator may use it: name one above 1023';
  return message;
}
