import type { LiveSession } from '../watching/messages.js';
import type { Saved } from './networkLink.js';
import { saveRun } from './server.js';

/** Characters of a file's name that every system takes. */
const PLAIN = /[^\w.-]+/g;

/**
 * Write what was learned as a run, or hand it out as a file where the page has no server that writes.
 * @param seconds that steps have taken @returns what was done, and what to do with it, in words
 */
export async function keep(
  saved: Saved,
  { name, home, choice }: Pick<LiveSession, 'name' | 'home' | 'choice'>,
  seconds: number,
): Promise<string> {
  if (saved.kind === 'kept') return keptText(saved.folder);
  if (home === 'server') {
    const { weights, steps } = saved;
    return keptText(await saveRun(weights, { steps, seconds, choice }));
  }
  const file = `${name.replace(PLAIN, '-')}-${saved.steps}-steps.safetensors`;
  download(saved.weights, file);
  return `Saved ${file}. To go on with it, put it in the place of weights.safetensors beside this page; any reader of safetensors takes it.`;
}

function keptText(folder: string): string {
  return `Saved ${folder}. Every command takes it: foreframe predict ${folder} my.mp4`;
}

function download(bytes: Uint8Array, name: string): void {
  const href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  Object.assign(document.createElement('a'), { href, download: name }).click();
  // The download has its own hold of the bytes by then.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
