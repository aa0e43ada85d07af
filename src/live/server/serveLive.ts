import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { UsageError } from '../../common/errors.js';
import type { LiveSession } from '../watching/messages.js';
import { newToken } from './guard.js';
import { liveApp } from './liveApp.js';
import { networkServer } from './network/networkServer.js';
import { openSession, type SessionOptions } from './openSession.js';
import { builtPage } from './pageFiles.js';

/** Tried first: a browser remembers for an address that it may use the camera. */
const USUAL_PORT = 4747;

export interface ServeOptions extends SessionOptions {
  /** Port of 127.0.0.1; a free one where 4747 is taken, by default. */
  readonly port?: number;
  /** The folder of the bundled page; the one that was built by default. */
  readonly page?: string;
  readonly onSaved?: (folder: string) => void;
}

/** A page that is being served. */
export interface ServedPage {
  /** With its token behind the `#`, which a browser sends to nobody. */
  readonly address: string;
  /** What watches: the name of the pipeline or the run. */
  readonly name: string;
  /** What computes, and what this process watches itself, where it does. */
  readonly engine: LiveSession['engine'];
  readonly source?: string;
  close(): Promise<void>;
}

/**
 * Serve the live page on this machine alone.
 * @throws UsageError for a run, pipeline or video that does not serve, or a port that is taken; ForeframeError when the page was not built
 */
export async function serveLive({
  port,
  page = builtPage,
  onSaved,
  ...named
}: ServeOptions): Promise<ServedPage> {
  const session = await openSession(named);
  const token = newToken();
  const app = await liveApp({ session, token, page, onSaved });
  const network = networkServer(session, onSaved);
  const server = createAdaptorServer({ fetch: app.fetch, websocket: { server: network.sockets } });
  const listen = (at: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(port ?? USUAL_PORT).catch((error: NodeJS.ErrnoException) => {
    if (port === undefined && error.code === 'EADDRINUSE') return listen(0);
    throw new UsageError(`--port ${port ?? USUAL_PORT}: ${portFault(error)}`, { cause: error });
  });
  const { port: used } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${used}/#${token}`,
    ...pick(session.page),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A video that is paused holds its connection for ever.
      if ('closeAllConnections' in server) server.closeAllConnections();
      await network.close();
      await closed;
    },
  };
}

function pick({ name, engine, source }: LiveSession): Pick<ServedPage, 'name' | 'engine' | 'source'> {
  return { name, engine, ...(source !== undefined && { source }) };
}

function portFault({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'another program uses it: name another, or leave --port out';
  if (code === 'EACCES') return 'only the administrator may use it: name one above 1023';
  return message;
}
