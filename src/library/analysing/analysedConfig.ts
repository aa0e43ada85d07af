import { type WatchedConfig, watchedConfig } from '../../extraction/watchedRun.js';
import type { FrameShape } from '../../models/index.js';
import type { RunFolder } from '../../runs/runFolder.js';
import { imageOf } from '../sources/sampleData.js';
import type { Watching } from '../watching.js';

/** The network of a run as an analysis watches it, whatever it learned from, and the size of its images where it learned from samples. */
export async function analysedConfig(
  run: RunFolder,
  watching: Pick<Watching, 'onNote'> = {},
): Promise<{ readonly config: WatchedConfig; readonly image?: FrameShape }> {
  const image = await imageOf(run, watching);
  return { config: await watchedConfig(run, image), ...(image && { image }) };
}
