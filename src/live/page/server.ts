// What the page asks of the `foreframe live` that gave it out.
import { ForeframeError } from '../../common/errors.js';
import type { LiveSession } from '../watching/messages.js';

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

export async function fetchSession(): Promise<LiveSession> {
  return (await ask('api/session')).json();
}

/** Weights and the optimizer's state that the session begins with. */
export async function fetchWeights(): Promise<Uint8Array> {
  return new Uint8Array(await (await ask('api/weights')).arrayBuffer());
}

/** Address of the video file that the session names. */
export const videoAddress = `video/${token}`;

/** @returns the folder of the new run */
export async function saveRun(weights: Uint8Array, steps: number, seconds: number): Promise<string> {
  const body = weights as Uint8Array<ArrayBuffer>;
  const response = await ask(`api/runs?steps=${steps}&seconds=${seconds}`, { method: 'POST', body });
  return ((await response.json()) as { folder: string }).folder;
}
