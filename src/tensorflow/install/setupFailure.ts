import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../../common/files/readJson.js';
import { nativeFolder } from './paths.js';

/** Why the last set-up failed: kept so that not every start tries again for seconds, and can still say why. */
export interface SetupFailure {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** What it depended on, as one string to compare. */
  readonly circumstances: string;
  readonly reason: string;
}

const failureSchema = z.object({ time: z.number(), circumstances: z.string(), reason: z.string() });

const file = () => join(nativeFolder(), '.failed.json');

export async function lastFailure(): Promise<SetupFailure | undefined> {
  // A damaged record is ignored: the next start tries again.
  return readJson(file(), { schema: failureSchema, remedy: 'delete it' }).catch(() => undefined);
}

/** Best effort: where the cache cannot be written, the next start simply tries again. */
export async function rememberFailure(failure: SetupFailure): Promise<void> {
  await mkdir(dirname(file()), { recursive: true })
    .then(() => writeFile(file(), JSON.stringify(failure)))
    .catch(() => {});
}

export async function forgetFailure(): Promise<void> {
  await rm(file(), { force: true });
}
