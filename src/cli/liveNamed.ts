import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../common/errors.js';
import { FileLock } from '../common/locks/fileLock.js';
import { shorten } from '../common/text/shorten.js';
import { RUN_LOCK } from '../runs/runManifest.js';

/** Milliseconds between two looks at a folder in which a training begins. */
const LOOK = 250;
/** What a pipeline's name may end in. */
const PIPELINES = ['', '.yaml', '.yml', '.json'];

/**
 * Whether what `foreframe live` was given can be there. A training holds its folder for seconds before it writes what it is: that is
 * waited for.
 * @param say gets what is waited for
 * @throws UsageError where the name is neither there nor one that a pipeline or an address can have
 */
export async function checkNamed(from: string, say: (line: string) => void): Promise<void> {
  const begins = () => !existsSync(join(from, 'config.yaml')) && FileLock.isHeld(join(from, RUN_LOCK));
  if (begins()) say(`${from}: a training begins there; waiting for its first files`);
  while (begins()) await sleep(LOOK);
  const path = /[/\\]/.test(from) && !/\.ya?ml$/i.test(from);
  const pipeline = !path && PIPELINES.includes(extname(from).toLowerCase());
  if (pipeline || existsSync(from) || from.includes(':')) return;
  throw new UsageError(
    `there is no run, pipeline or video file ${shorten(from, 120)}; foreframe pipelines lists the pipelines`,
  );
}
