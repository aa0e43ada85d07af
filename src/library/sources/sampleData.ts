import { loadLabelledClipSets } from '../../../datasets/clips/labelledClipSets.js';
import { loadLabelledImageSets } from '../../../datasets/images/labelledImageSets.js';
import { findDataset } from '../../../datasets/index.js';
import { type Config, isOfClips } from '../../config/anyConfig.js';
import type { SampleConfig } from '../../config/sampleConfig.js';
import { sampleMethodOf } from '../../methods/index.js';
import type { FrameShape } from '../../models/index.js';
import type { RunFolder } from '../../runs/runFolder.js';
import type { SampleData } from '../../samples/sampleData.js';
import { withWrongLabels } from '../../samples/wrongLabels.js';
import type { Watching } from '../watching.js';
import { ownImageShape, ownSamples } from './ownSamples.js';

/** What decides which samples a run on images learns from. */
export type SampleChoice = Pick<SampleConfig, 'data' | 'method'>;

/** The images or clips that a pipeline learns from, fetched where they are not there yet. */
export async function sampleData(
  { data: { wrongLabels, ...data }, method }: SampleChoice,
  watching: Watching = {},
): Promise<SampleData> {
  const right = await rightSamples({ data, method }, watching);
  return wrongLabels === undefined ? right : withWrongLabels(right, wrongLabels, data.draw);
}

async function rightSamples({ data: given, method }: SampleChoice, watching: Watching): Promise<SampleData> {
  if (given.dataset === undefined) return ownSamples(given, sampleMethodOf(method).labels, watching);
  const { clips, dataset, ...others } = given;
  const choice = { dataset, ...others };
  const options = { onProgress: watching.onNote };
  const data: SampleData = clips
    ? await loadLabelledClipSets({ ...choice, clips }, options)
    : await loadLabelledImageSets(choice, options);
  if (sampleMethodOf(method).labels !== 'none') return data;
  const { count, frames } = data.train;
  const what = frames === undefined ? `${count} images` : `${count} clips of ${frames} frames`;
  const order = clips?.order === 'shuffled' ? ', shuffled' : '';
  return { ...data, description: `${choice.dataset}, ${what} without labels${order}` };
}

/** Size of the images that a run on images was trained on; nothing for other runs. */
export async function imageOf(
  run: RunFolder,
  watching: Pick<Watching, 'onNote'> = {},
): Promise<FrameShape | undefined> {
  return imageOfConfig(await run.readAnyConfig(), watching);
}

/** The same where its configuration was read before. */
export async function imageOfConfig(
  config: Config,
  watching: Pick<Watching, 'onNote'> = {},
): Promise<FrameShape | undefined> {
  if (isOfClips(config)) return undefined;
  const { data, method } = config;
  if (data.dataset === undefined) return ownImageShape(data);
  if (!data.clips) return findDataset(data.dataset).card;
  const clips = { ...data.clips, train: 10, validation: 10, test: 10 };
  const { train } = await sampleData({ data: { ...data, clips }, method }, watching);
  return { height: train.side, width: train.side, channels: train.channels };
}
