import type { LiveSession } from '../watching/messages.js';
import { newToken } from './guard.js';
import { type Listening, listen } from './listen.js';
import { liveApp } from './liveApp.js';
import { networkServer } from './network/networkServer.js';
import { openSession, type SessionOptions } from './openSession.js';
import { builtPage } from './pageFiles.js';

export interface ServeOptions extends SessionOptions {
  /** Port of 127.0.0.1; a free one where 4747 is taken, by default. */
  readonly port?: number;
  /** The folder of the bundled page; the one that was built by default. */
  readonly page?: string;
  readonly onSaved?: (folder: string) => void;
}

/** A page that is being served. */
export interface ServedPage extends Listening {
  /** What watches: the name of the pipeline or the run. */
  readonly name: string;
  /** What computes, and what this process watches itself, where it does. */
  readonly engine: LiveSession['engine'];
  readonly source?: string;
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
  const listening = await listen(app.fetch, token, { port, sockets: network.sockets });
  return {
    ...pick(session.page),
    address: listening.address,
    async close() {
      const closed = listening.close();
      await network.close();
      await closed;
    },
  };
}

function pick({ name, engine, source }: LiveSession): Pick<ServedPage, 'name' | 'engine' | 'source'> {
  return { name, engine, ...(source !== undefined && { source }) };
}
