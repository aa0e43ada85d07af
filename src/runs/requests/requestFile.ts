import { lstatSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ForeframeError } from '../../common/errors.js';
import { atomicWrite } from '../../common/files/atomicWrite.js';
import { readJson } from '../../common/files/readJson.js';
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

/** Where processes that watch a run leave what they ask of the one that trains it. */
export function requestPath(folder: string): string {
  return join(folder, 'request.json');
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
  await atomicWrite(requestPath(folder), `${JSON.stringify({ to, ask } satisfies RunRequest)}\n`);
}

/** What is asked and not answered yet. A request to a holder that is gone is removed. */
export async function pendingRequest(folder: string): Promise<Asked | undefined> {
  const path = requestPath(folder);
  const request = await readRequest(path);
  if (!request) return undefined;
  if (request.to === FileLock.holder(join(folder, RUN_LOCK))) return request.ask;
  await rm(path, { force: true }).catch(() => {});
  return undefined;
}

/**
 * Take what is asked of the holder of `token` away, so that it is answered once. It is renamed first: a request that is made at this
 * moment is not lost.
 */
export async function takeRequest(folder: string, token: string): Promise<Asked | undefined> {
  const taken = join(folder, `.request-${token}.json`);
  try {
    await rename(requestPath(folder), taken);
  } catch {
    // Nothing is asked.
    return undefined;
  }
  try {
    const request = await readRequest(taken);
    return request?.to === token ? request.ask : undefined;
  } finally {
    await rm(taken, { force: true }).catch(() => {});
  }
}

async function readRequest(path: string): Promise<RunRequest | undefined> {
  try {
    // A pipe in its place would be waited for.
    if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
    return await readJson(path, { schema: requestSchema, remedy: REMEDY });
  } catch {
    // Whatever stands there asks for nothing.
    return undefined;
  }
}
