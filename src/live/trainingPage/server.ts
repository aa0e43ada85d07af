// What the page asks of the foreframe that gave it out.
import { ForeframeError } from '../../common/errors.js';
import type { TrainingState } from '../training/trainingState.js';

/** Behind the `#` of the address: browsers send it to nobody by themselves. */
const token = location.hash.slice(1);
/** Milliseconds between two tries where nobody answers. */
const RETRY = 3000;

/** Nobody answers: the process that gave the page out has gone, or the machine slept. */
export class NobodyThere extends ForeframeError {}

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, { ...options, headers: { 'x-foreframe-token': token } }).catch(() => {
    throw new NobodyThere('foreframe is not there');
  });
  if (response.ok) return response;
  const text = (await response.text()).trim();
  if (response.status === 503) throw new NobodyThere(text);
  let said = text;
  try {
    said = (JSON.parse(text) as { error: string }).error;
  } catch {
    // Not in JSON: the server's own words.
  }
  throw new ForeframeError(said || `the server answered ${response.status}`);
}

/**
 * Follow the training: each new state, for ever. The server answers when there is news, so that nothing here waits for a timer; after
 * a sleep of the machine it goes on by itself.
 * @param lost hears why there is no answer
 */
export async function follow(
  news: (state: TrainingState) => void,
  lost: (error: Error) => void,
): Promise<never> {
  for (let version = ''; ; ) {
    try {
      const response = await ask(`api/training?after=${version}`);
      const state = (await response.json()) as TrainingState;
      version = response.headers.get('etag') ?? '';
      news(state);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      lost(error);
      version = '';
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

/** @throws ForeframeError when the training has ended */
export async function request(what: 'stop' | 'save'): Promise<void> {
  await ask(`api/${what}`, { method: 'POST' });
}

export async function fetchSample(name: string): Promise<ImageBitmap> {
  const response = await ask(`api/samples/${encodeURIComponent(name)}`);
  return createImageBitmap(await response.blob());
}
