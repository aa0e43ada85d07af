import { ForeframeError } from '../../common/errors.js';
import { knownRows } from '../../data/own/testedRows.js';
import type { WatchedConfig } from '../../extraction/watchedRun.js';
import { ownChoice } from '../sources/ownExtraction.js';
import { ownRows } from '../sources/ownRows.js';
import type { Watching } from '../watching.js';

/** Checksum of the table or folder that an analysis is of, with all that is known of its clips; nothing of a dataset. */
export async function ownData(
  dataset: string,
  config: WatchedConfig,
  { onNote }: Pick<Watching, 'onNote'> = {},
): Promise<string | undefined> {
  const own = await ownChoice([dataset], config);
  if (!own) return undefined;
  return knownRows(await ownRows(own, config.samples === 'images' ? 'images' : 'videos', { onNote }));
}

/** Whether an analysis is of these data as they are now. Data that are gone are taken for unchanged, and a note says so. */
export async function isOfThese(
  kept: string | undefined,
  dataset: string,
  config: WatchedConfig,
  { onNote }: Pick<Watching, 'onNote'>,
): Promise<boolean> {
  try {
    return kept === (await ownData(dataset, config));
  } catch (error) {
    if (!(error instanceof ForeframeError)) throw error;
    onNote?.(`the analysis that was kept is taken, its data cannot be read: ${error.message}`);
    return true;
  }
}
