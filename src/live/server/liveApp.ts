import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { encodeSafetensors } from '../../runs/safetensors.js';
import { choicesOf } from './choicesOf.js';
import { fileStretch } from './fileStretch.js';
import { ownPagesOnly, withToken } from './guard.js';
import type { OpenSession } from './openSession.js';
import { saveSession } from './saveSession.js';
import { liveVariables } from './sessionState.js';
import { type WithSession, withChoice } from './withChoice.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

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
 * What the server answers: the files of the page, by their names alone; the session, or another that is chosen, its weights and its
 * video for whoever has the token; and a place to save to.
 * @throws ForeframeError when the page was not built
 */
export async function liveApp({ session, token, page, onSaved }: LiveAppOptions): Promise<Hono<WithSession>> {
  const files = await pageFiles(page);
  const app = new Hono<WithSession>();
  app.use(ownPagesOnly());
  app.get('/', ({ body }) => body(files.get('index.html')!, 200, { 'content-type': TYPES['.html']! }));
  app.use(
    '/api/*',
    withToken(token, (header) => header),
  );
  app.use('/api/*', withChoice(session));
  app.get('/api/session', ({ json, var: { session: chosen } }) => json(chosen.page));
  app.get('/api/choices', async ({ json }) => json(await choicesOf(session)));
  app.get('/api/weights', ({ body, notFound, var: { session: chosen } }) =>
    chosen.state ? body(new Uint8Array(Buffer.concat(encodeSafetensors(chosen.state)))) : notFound(),
  );
  app.use('/api/runs', (context, next) =>
    bodyLimit({ maxSize: bytesOf(context.var.session) * MOST_COPIES + HEADER })(context, next),
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
    withToken(token, (_, path) => path.slice('/video/'.length)),
  );
  app.get('/video/:token', ({ req, notFound }) =>
    session.video === undefined ? notFound() : fileStretch(session.video, req.header('range')),
  );
  app.get('/:name', ({ req, body, notFound }) => {
    const name = req.param('name');
    const file = files.get(name);
    return file
      ? body(file, 200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' })
      : notFound();
  });
  return app;
}

/** The page as it was built, in memory: no path that a request names reaches the disk. */
async function pageFiles(folder: string): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => extname(name) in TYPES);
  if (!names.includes('index.html') || !names.includes('page.js'))
    throw new ForeframeError(`${folder} holds no page: run \`npm run build\``);
  return new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
}

function bytesOf(session: OpenSession): number {
  return Object.values(liveVariables(session.page.settings)).reduce(
    (sum, { data }) => sum + data.byteLength,
    0,
  );
}
