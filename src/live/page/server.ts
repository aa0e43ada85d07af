// What the page asks of the `foreframe live` that gave it out, or of the web server that has its files.
import { ForeframeError } from '../../common/errors.js';
import type { LiveChoice, LiveChoices, LiveSession } from '../watching/messages.js';
import { NETWORK_PATH, SOCKET_PROTOCOL, STATIC_SESSION, STATIC_WEIGHTS } from '../watching/places.js';
import type { FirstWeights } from './networkLink.js';

/** Behind the `#` of the address: browsers send it to nobody by themselves. */
const token = location.hash.slice(1);

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, { ...options, headers: { 'x-foreframe-token': token } }).catch(() => {
    throw new ForeframeError('foreframe live has ended: start it again, and open the address that it prints');
  });
  if (response.ok) return response;
  const text = await response.text();
  let said = text.trim();
  try {
    said = (JSON.parse(text) as { error: string }).error;
  } catch {
    // Not in JSON: the server's own words.
  }
  throw new ForeframeError(said || `the server answered ${response.status}`);
}

/** A file beside the page. @throws ForeframeError where there is none */
async function fileHere(name: string): Promise<Response> {
  const response = await fetch(name).catch(() => undefined);
  if (response?.ok) return response;
  throw new ForeframeError(`${name} is not beside this page: put it there, or write the page again`);
}

/** The page's own address says nothing about where it came from: the page itself does. */
export async function fetchSession(choice?: LiveChoice): Promise<LiveSession> {
  const fromFiles = document.querySelector(`meta[name="${STATIC_SESSION}"]`) !== null;
  return (await (fromFiles ? fileHere(STATIC_SESSION) : ask(`api/session?${about(choice)}`))).json();
}

/** What there is to choose from: nothing where only files are. */
export async function fetchChoices({ home }: LiveSession): Promise<LiveChoices | undefined> {
  return home === 'files' ? undefined : (await ask('api/choices')).json();
}

/** What a request is about, in its address. */
function about(choice: LiveChoice | undefined): string {
  return choice ? `choice=${encodeURIComponent(JSON.stringify(choice))}` : '';
}

/** Weights and the optimizer's state that the session begins with. */
export async function firstWeights({ engine, home, trained, choice }: LiveSession): Promise<FirstWeights> {
  if (home === 'files') return bytesOf(await fileHere(STATIC_WEIGHTS));
  if (!trained) return undefined;
  // They are where the network is: there is no need to send them here and back.
  return engine === 'node' && !choice ? 'session' : bytesOf(await ask(`api/weights?${about(choice)}`));
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

/** Address of the video file that the session names. */
export const videoAddress = `video/${token}`;

/** To the server's network. A page cannot set headers of a web socket but this one, and addresses end up in logs. */
export function openSocket(): WebSocket {
  return new WebSocket(new URL(NETWORK_PATH, location.href.replace(/^http/, 'ws')), [SOCKET_PROTOCOL, token]);
}

/** @returns the folder of the new run */
export async function saveRun(
  weights: Uint8Array,
  { steps, seconds, choice }: { steps: number; seconds: number } & Pick<LiveSession, 'choice'>,
): Promise<string> {
  const body = weights as Uint8Array<ArrayBuffer>;
  const response = await ask(`api/runs?steps=${steps}&seconds=${seconds}&${about(choice)}`, {
    method: 'POST',
    body,
  });
  return ((await response.json()) as { folder: string }).folder;
}
