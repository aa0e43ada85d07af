import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, Hono } from 'hono';
import { ForeframeError, messageOf } from '../../common/errors.js';
import type { Asked } from '../../runs/requests/requestFile.js';
import { ownPagesOnly, TOKEN_HEADER, withToken } from '../server/guard.js';
import { giveOut, type PageFiles } from '../server/pageFiles.js';
import type { TrainingWatch } from './trainingWatch.js';

/** Milliseconds after which a page that waits hears that nothing has changed: it then knows that somebody is there. */
const PATIENCE = 20_000;
const POLL = 200;

/** What a page of a training hears and may ask for. */
export interface TrainingPage {
  readonly app: Hono;
  /** How many pages wait for what they have not seen. */
  behind(version: number): number;
}

/**
 * The state of a training for whoever has the token: a page asks for the next version of what it has and waits for the answer, so that
 * it needs no timer, which browsers slow down in a tab that is hidden. Each answer is the whole state: a tab that slept goes on.
 * @param watch nothing before training has begun
 */
export function trainingApp(
  files: PageFiles,
  token: string,
  watch: () => TrainingWatch | undefined,
): TrainingPage {
  const waiting = new Set<{ readonly known: string }>();
  const app = new Hono();
  app.use(ownPagesOnly());
  app.use(
    '/api/*',
    withToken(token, (req) => req.header(TOKEN_HEADER)),
  );
  app.get('/api/training', async ({ req, json, body }) => {
    const watched = watch();
    if (!watched) return json({ error: 'the training has not begun' }, 503);
    const known = req.query('after') ?? '';
    const page = { known };
    waiting.add(page);
    try {
      const until = performance.now() + PATIENCE;
      for (;;) {
        const look = await watched.look();
        if (String(look.version) !== known || performance.now() > until || req.raw.signal.aborted)
          return body(look.json, 200, { 'content-type': 'application/json', etag: String(look.version) });
        await sleep(POLL);
      }
    } catch (error) {
      if (!(error instanceof ForeframeError)) throw error;
      return json({ error: messageOf(error) }, 410);
    } finally {
      waiting.delete(page);
    }
  });
  app.get('/api/samples/:name', async ({ req, body, notFound }) => {
    const png = await watch()?.sample(req.param('name'));
    return png ? body(png, 200, { 'content-type': 'image/png' }) : notFound();
  });
  for (const ask of ['stop', 'save'] as const)
    app.post(`/api/${ask}`, (context) => answer(context, watch(), ask));
  giveOut(app, files, 'training.html');
  return { app, behind: (version) => [...waiting].filter(({ known }) => known !== String(version)).length };
}

async function answer({ json }: Context, watch: TrainingWatch | undefined, ask: Asked): Promise<Response> {
  try {
    if (!watch) throw new ForeframeError('the training has not begun');
    await watch.ask(ask);
    return json({ asked: ask });
  } catch (error) {
    if (!(error instanceof ForeframeError)) throw error;
    return json({ error: messageOf(error) }, 409);
  }
}
