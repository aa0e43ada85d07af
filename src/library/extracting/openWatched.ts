import { type WatchedConfig, watchedConfig } from '../../extraction/watchedRun.js';
import { noteFirstWeights } from '../../runs/firstWeights.js';
import { RunFolder } from '../../runs/runFolder.js';
import { imageOfConfig } from '../sources/sampleData.js';
import type { Watching } from '../watching.js';

/** A run that is looked into. */
export interface WatchedRun {
  readonly run: RunFolder;
  readonly config: WatchedConfig;
}

/**
 * Open a run to look into it, whatever it learned from. Its configuration is read once: all of an extraction rests on the same.
 * @param path run folder
 * @throws ForeframeError when there is no run, or its configuration is damaged
 */
export async function openWatched(
  path: string,
  { weights, onNote }: Pick<Watching, 'onNote'> & { readonly weights?: 'trained' | 'random' },
): Promise<WatchedRun> {
  const run = await RunFolder.open(path);
  const read = await run.readAnyConfig();
  const config = await watchedConfig(run, await imageOfConfig(read, { onNote }), read);
  if (weights !== 'random') await noteFirstWeights(run, onNote);
  return { run, config };
}
