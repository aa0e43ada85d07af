import type { MiddlewareHandler } from 'hono';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { chosenSession } from './chosenSession.js';
import type { OpenSession } from './openSession.js';

/** What a request is about. */
export interface WithSession {
  Variables: { session: OpenSession };
}

/** Each request names what its page has chosen, so that tabs do not disturb each other; nothing: what the server was started with. */
export function withChoice(started: OpenSession): MiddlewareHandler<WithSession> {
  return async ({ req, json, set }, next) => {
    const choice = req.query('choice');
    try {
      set('session', choice === undefined ? started : await chosenSession(started, choice));
    } catch (error) {
      if (!(error instanceof ForeframeError)) throw error;
      return json({ error: messageOf(error) }, 400);
    }
    await next();
    return undefined;
  };
}
