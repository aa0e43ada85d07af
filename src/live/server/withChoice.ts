import type { MiddlewareHandler } from 'hono';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { chosenSession } from './chosenSession.js';
import type { OpenSession } from './openSession.js';

/** What a request is about. */
export interface WithSession {
  Variables: { session: OpenSession };
}

/**
 * Each request names what its page has chosen, so that tabs do not disturb each other; nothing: what the server was started with. What
 * a page sends belongs to what it was given: a run may have learned more since, or be gone.
 */
export function withChoice(started: OpenSession): MiddlewareHandler<WithSession> {
  /** By their choices, without weights. */
  const given = new Map<string, OpenSession>();
  const give = async (choice: string) => {
    const session = await chosenSession(started, choice);
    const { state: _, ...kept } = session;
    given.set(choice, kept);
    return session;
  };
  return async ({ req, json, set }, next) => {
    const choice = req.query('choice');
    const known = choice !== undefined && req.method === 'POST' ? given.get(choice) : undefined;
    try {
      set('session', choice === undefined ? started : (known ?? (await give(choice))));
    } catch (error) {
      if (!(error instanceof ForeframeError)) throw error;
      return json({ error: messageOf(error) }, 400);
    }
    await next();
    return undefined;
  };
}
