import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ForeframeError, messageOf } from '../../../common/errors.js';

const ATTEMPTS = 4;
const STALL_MS = 60_000;

/**
 * Download `url` to `path`. Bytes go to `path.part` and stay there when the connection breaks or the process is killed:
 * the next call asks the server for the rest only (`Range`, guarded by `If-Range`). The size is checked against what the
 * server announced, and the MD5 where it sends one (`x-goog-hash`).
 * @throws ForeframeError naming the address when it is not https (plain http is allowed for this machine) or cannot be downloaded.
 */
export async function download(
  url: string,
  path: string,
  onBytes: (done: number, total: number | undefined) => void = () => {},
): Promise<void> {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && hostname !== '127.0.0.1' && hostname !== 'localhost') {
    throw new ForeframeError(`${url} is not https, so the library cannot be trusted: use an https address`);
  }
  let failure: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await sleep(500 * 2 ** attempt);
    try {
      await fetchRest(url, path, onBytes);
      return;
    } catch (error) {
      failure = error;
      if (error instanceof Refused || isUnknownHost(error)) break;
    }
  }
  throw new ForeframeError(`cannot download ${url}: ${reasonOf(failure)}`, { cause: failure });
}

/** The server refused, or sent something else than it announced: the same request will not help. */
class Refused extends Error {}

async function fetchRest(
  url: string,
  path: string,
  onBytes: (done: number, total: number | undefined) => void,
) {
  const part = `${path}.part`;
  const tagFile = `${part}.tag`;
  const have = await sizeOf(part);
  const tag = await readFile(tagFile, 'utf8').catch(() => '');
  const resume = have > 0 && tag !== '';
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(new Error('the server stopped sending')), STALL_MS);
  try {
    const response = await fetch(url, {
      headers: resume ? { range: `bytes=${have}-`, 'if-range': tag } : {},
      signal: stall.signal,
    });
    if (response.status === 416) {
      await rm(part, { force: true });
      throw new Error('the partial file did not fit: starting again');
    }
    if (!response.ok || !response.body) throw new Refused(`the server answered ${response.status}`);
    const from = response.status === 206 ? have : 0;
    const length = response.headers.get('content-length');
    const total = length === null ? undefined : from + Number(length);
    await writeFile(tagFile, response.headers.get('etag') ?? response.headers.get('last-modified') ?? '');
    const file = await open(part, from > 0 ? 'a' : 'w');
    try {
      let done = from;
      // Chunk by chunk to the file: what has arrived when the connection breaks need not be downloaded again.
      for await (const chunk of response.body) {
        await file.writeFile(chunk);
        done += chunk.length;
        timer.refresh();
        onBytes(done, total);
      }
    } finally {
      await file.close();
    }
    const size = await sizeOf(part);
    if (total !== undefined && size !== total) throw new Error(`${size} of ${total} bytes arrived`);
    await checkMd5(part, response.headers.get('x-goog-hash'));
    await rename(part, path);
    await rm(tagFile, { force: true });
  } finally {
    clearTimeout(timer);
  }
}

async function checkMd5(path: string, header: string | null): Promise<void> {
  const expected = /md5=([\w+/=]+)/.exec(header ?? '')?.[1];
  if (!expected) return;
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  if (hash.digest('base64') === expected) return;
  await rm(path, { force: true });
  throw new Refused('its checksum is wrong: the download was damaged, run set-up again');
}

function isUnknownHost(error: unknown): boolean {
  const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOTFOUND' || code === 'ECONNREFUSED' || code === 'EAI_AGAIN';
}

/** `fetch failed` explains nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? messageOf(cause) : messageOf(error);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (s) => s.size,
    () => 0,
  );
}
