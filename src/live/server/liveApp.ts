import { upgradeWebSocket } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { encodeSafetensors } from '../../runs/safetensors.js';
import { NETWORK_PATH, SOCKET_PROTOCOL } from '../watching/places.js';
import { choicesOf } from './choicesOf.js';
import { fileStretch } from './fileStretch.js';
import { ownPagesOnly, TOKEN_HEADER, withToken } from './guard.js';
import type { OpenSession } from './openSession.js';
import { giveOut, LIVE_PAGE, pageFiles } from './pageFiles.js';
import { saveSession } from './saveSession.js';
import { mostBytes } from './sessionState.js';
import { type WithSession, withChoice } from './withChoice.js';

export interface LiveAppOptions {
  readonly session: OpenSession;
  readonly token: string;
  /** The folder of the bundled page. */
  readonly page: string;
  /** Hears of a run that was saved. */
  readonly onSaved?: (folder: string) => void;
}

/**
 * What the server answers: the files of the page, by their names alone; the session, or another that is chosen, its weights and its
 * video for whoever has the token; and a place to save to.
 * @throws ForeframeError when the page was not built
 */
export async function liveApp({ session, token, page, onSaved }: LiveAppOptions): Promise<Hono<WithSession>> {
  const files = await pageFiles(page, LIVE_PAGE);
  const app = new Hono<WithSession>();
  app.use(ownPagesOnly());
  app.use(
    '/api/*',
    withToken(token, (req) => req.header(TOKEN_HEADER)),
  );
  app.use('/api/*', withChoice(session));
  app.get('/api/session', ({ json, var: { session: chosen } }) => json(chosen.page));
  app.get('/api/choices', async ({ json }) => json(await choicesOf(session)));
  app.get('/api/weights', ({ body, notFound, var: { session: chosen } }) =>
    chosen.state ? body(new Uint8Array(Buffer.concat(encodeSafetensors(chosen.state)))) : notFound(),
  );
  app.use('/api/runs', (context, next) =>
    bodyLimit({ maxSize: mostBytes(context.var.session.page.settings) })(context, next),
  );
  app.post('/api/runs', async ({ req, json, var: { session: chosen } }) => {
    const [steps, seconds] = [Number(req.query('steps')), Number(req.query('seconds'))];
    if (!Number.isSafeInteger(steps) || steps < 0 || !(seconds >= 0 && Number.isFinite(seconds)))
      return json({ error: 'steps is a whole number, seconds a number, from 0 on' }, 400);
    try {
      const weights = new Uint8Array(await req.arrayBuffer());
      const folder = await saveSession(chosen, { weights, steps, seconds });
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
    withToken(token, ({ path }) => path.slice('/video/'.length)),
  );
  app.get('/video/:token', ({ req, notFound }) =>
    session.video === undefined ? notFound() : fileStretch(session.video, req.header('range')),
  );
  if (session.page.engine === 'node')
    // A page sets no header of a web socket but the list of protocols: there the token is. The network takes the socket itself.
    app.get(
      `/${NETWORK_PATH}`,
      withToken(token, (req) => offeredToken(req.header('sec-websocket-protocol'))),
      upgradeWebSocket(() => ({})),
    );
  giveOut(app, files, 'index.html');
  return app;
}

/** What stands beside the protocol's own name. */
function offeredToken(offered = ''): string | undefined {
  return offered
    .split(',')
    .map((each) => each.trim())
    .find((each) => each !== SOCKET_PROTOCOL);
}
