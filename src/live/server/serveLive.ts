import { newToken } from './guard.js';
import { type Listening, listen } from './listen.js';
import { liveApp } from './liveApp.js';
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
  return { ...(await listen(app.fetch, token, port)), name: session.page.name };
}
