import { lstatSync } from 'node:fs';
import { link, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ForeframeError } from '../../common/errors.js';
import { atomicWrite } from '../../common/files/atomicWrite.js';
import { readJson } from '../../common/files/readJson.js';
import { temporaryPath } from '../../common/files/temporaryPath.js';
import { FileLock } from '../../common/locks/fileLock.js';
import { RUN_LOCK } from '../runManifest.js';

const requestSchema = z.strictObject({
  /** Token of the lock whose holder is asked: a request that comes too late is none to the next session. */
  to: z.string(),
  /** `stop` saves too. */
  ask: z.enum(['stop', 'save']),
});
export type RunRequest = Readonly<z.infer<typeof requestSchema>>;
export type Asked = RunRequest['ask'];

const REMEDY = 'delete it';
/** Names of requests that were heard, with the token of who heard them. */
const HEARD = /^\.request-[\w-]+\.json$/;

/** Where processes that watch a run leave what they ask of the one that trains it. */
export function requestPath(folder: string): string {
  return join(folder, 'request.json');
}

/** Where it is from when it was heard until it is answered: who watches sees that somebody is at it. */
function heardPath(folder: string, token: string): string {
  return join(folder, `.request-${token}.json`);
}

/**
 * Ask the process that trains a run, on this machine or on another that shares the folder. A file and not a signal: that would not
 * leave this machine or container, could reach a process that got the same number since, and ends whatever does not listen for it.
 * @throws ForeframeError when no process trains the run, or its folder cannot be written
 */
export async function askTraining(folder: string, ask: Asked): Promise<void> {
  const to = FileLock.holder(join(folder, RUN_LOCK));
  if (to === undefined)
    throw new ForeframeError(`no process is training ${folder} any more: there is nothing to ${ask}`);
  const text = `${JSON.stringify({ to, ask } satisfies RunRequest)}\n`;
  const pending = await pendingRequest(folder);
  if (pending === 'stop' || pending === ask) return;
  // Whoever asks to save must not take the place of somebody who asked to stop at this moment: stopping saves too.
  if (ask === 'save' && (await putWhereNoneIs(requestPath(folder), text))) return;
  if (ask === 'save' && (await pendingRequest(folder)) !== undefined) return;
  await atomicWrite(requestPath(folder), text);
}

/** @returns whether the file is there now; not where another one is, or where it cannot be made so */
async function putWhereNoneIs(path: string, text: string): Promise<boolean> {
  const own = temporaryPath(path);
  try {
    await writeFile(own, text, { flag: 'wx' });
    await link(own, path);
    return true;
  } catch {
    // A file system without links, or a folder that cannot be written: whoever writes next says so.
    return false;
  } finally {
    await rm(own, { force: true }).catch(() => {});
  }
}

/** What is asked and not answered yet. A request to a holder that is gone is removed. */
export async function pendingRequest(folder: string): Promise<Asked | undefined> {
  const holder = FileLock.holder(join(folder, RUN_LOCK));
  const path = requestPath(folder);
  const request = await readRequest(path);
  const heard = holder === undefined ? undefined : (await readRequest(heardPath(folder, holder)))?.ask;
  if (request && request.to !== holder) await rm(path, { force: true }).catch(() => {});
  const asked = request && request.to === holder ? request.ask : undefined;
  return heard === 'stop' ? heard : (asked ?? heard);
}

/**
 * Take what is asked of the holder of `token`, so that it is heard once. It is renamed first: a request that is made at this
 * moment is not lost. Who watches sees it as asked until `answered`.
 */
export async function takeRequest(folder: string, token: string): Promise<Asked | undefined> {
  const heard = heardPath(folder, token);
  try {
    // A folder of that name would stand in the way of all that follow.
    if (!isFile(requestPath(folder))) return undefined;
    await rename(requestPath(folder), heard);
  } catch {
    // Nothing is asked.
    return undefined;
  }
  const request = await readRequest(heard);
  if (request?.to === token) return request.ask;
  await answered(folder, token);
  return undefined;
}

/** What the holder of `token` was asked is done. */
export async function answered(folder: string, token: string): Promise<void> {
  await rm(heardPath(folder, token), { force: true }).catch(() => {});
}

/** Remove what sessions had heard that were killed before they answered. @param token of the session that has the run now */
export async function forgetOthers(folder: string, token: string): Promise<void> {
  const own = heardPath(folder, token);
  const paths = (await readdir(folder).catch(() => [])).filter((name) => HEARD.test(name));
  for (const path of paths.map((name) => join(folder, name)))
    if (path !== own && isFile(path)) await rm(path, { force: true }).catch(() => {});
}

async function readRequest(path: string): Promise<RunRequest | undefined> {
  try {
    // A pipe in its place would be waited for.
    if (!isFile(path)) return undefined;
    return await readJson(path, { schema: requestSchema, remedy: REMEDY });
  } catch {
    // Whatever stands there asks for nothing.
    return undefined;
  }
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
