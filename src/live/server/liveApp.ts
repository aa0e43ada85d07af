import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { encodeSafetensors } from '../../runs/safetensors.js';
import { fileStretch } from './fileStretch.js';
import { ownPagesOnly, withToken } from './guard.js';
import type { OpenSession } from './openSession.js';
import { giveOut, pageFiles } from './pageFiles.js';
import { saveSession } from './saveSession.js';
import { liveVariables } from './sessionState.js';

/** Weights, and the two means that an optimizer keeps of each; names and shapes beside them. */
const MOST_COPIES = 4;
const HEADER = 1 << 20;

export interface LiveAppOptions {
  readonly session: OpenSession;
  readonly token: string;
  /** The folder of the bundled page. */
  readonly page: string;
  /** Hears of a run that was saved. */
  readonly onSaved?: (folder: string) => void;
}

/**
 * What the server answers: the files of the page, by their names alone; the session, its weights and its video for whoever has the
 * token; and a place to save to.
 * @throws ForeframeError when the page was not built
 */
export async function liveApp({ session, token, page, onSaved }: LiveAppOptions): Promise<Hono> {
  const files = await pageFiles(page, ['index.html', 'page.js']);
  const app = new Hono();
  app.use(ownPagesOnly());
  app.use(
    '/api/*',
    withToken(token, (header) => header),
  );
  app.get('/api/session', ({ json }) => json(session.page));
  app.get('/api/weights', ({ body, notFound }) =>
    session.state ? body(new Uint8Array(Buffer.concat(encodeSafetensors(session.state)))) : notFound(),
  );
  const most = bytesOf(session) * MOST_COPIES + HEADER;
  app.post('/api/runs', bodyLimit({ maxSize: most }), async ({ req, json }) => {
    const [steps, seconds] = [Number(req.query('steps')), Number(req.query('seconds'))];
    if (!Number.isSafeInteger(steps) || steps < 0 || !(seconds >= 0 && Number.isFinite(seconds)))
      return json({ error: 'steps is a whole number, seconds a number, from 0 on' }, 400);
    try {
      const weights = new Uint8Array(await req.arrayBuffer());
      const folder = await saveSession(session, { weights, steps, seconds });
      onSaved?.(folder);
      return json({ folder });
    } catch (error) {
      if (!(error instanceof ForeframeError)) throw error;
      return json({ error: messageOf(error) }, 400);
    }
  });
  // A video element sends no headers: its address carries the token.
  app.use(
    '/video/*',
    withToken(token, (_, path) => path.slice('/video/'.length)),
  );
  app.get('/video/:token', ({ req, notFound }) =>
    session.video === undefined ? notFound() : fileStretch(session.video, req.header('range')),
  );
  giveOut(app, files, 'index.html');
  return app;
}

function bytesOf(session: OpenSession): number {
  return Object.values(liveVariables(session.page.settings)).reduce(
    (sum, { data }) => sum + data.byteLength,
    0,
  );
}
