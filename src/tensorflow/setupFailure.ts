import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nativeFolder } from './paths.js';

/** Why the last set-up failed: kept so that not every start tries again for seconds, and can still say why. */
export interface SetupFailure {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** What it depended on, as one string to compare. */
  readonly circumstances: string;
  readonly reason: string;
}

const file = () => join(nativeFolder(), '.failed.json');

export async function lastFailure(): Promise<SetupFailure | undefined> {
  return readFile(file(), 'utf8').then(
    (text) => JSON.parse(text) as SetupFailure,
    () => undefined,
  );
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
