import { parse } from 'node:path';
import type { BuiltDataset } from '../../datasets/building/build.js';
import { videoFolderCard } from '../../datasets/building/videoFolder.js';
import type { DataCard } from '../../datasets/dataset.js';
import { datasets, findDataset } from '../../datasets/index.js';
import { UsageError } from '../common/errors.js';
import { atomicWrite } from '../common/files/atomicWrite.js';
import type { Split } from '../stream/frameSource.js';
import { filmstrip } from '../video/index.js';
import { datasetRows, ownSheetRows, videoRows } from './sources/contactSheet.js';
import { builtDataset } from './sources/openSource.js';
import { type OwnSummary, ownKeyOf, ownSummary } from './sources/ownSummary.js';
import type { Watching } from './watching.js';

/** What may be named as `data.dataset`: every dataset's card, and that which stands for one's own videos. */
export function datasetCards(): readonly DataCard[] {
  return [...datasets.map(({ card }) => card), videoFolderCard];
}

export interface ShowOptions extends Pick<Watching, 'signal' | 'onNote'> {
  /** Where the contact sheet goes; `<name>.png` by default. */
  readonly out?: string;
  /** For `video-folder`: what to show of your own. */
  readonly videos?: readonly string[];
}

/** A dataset that was looked at: its card or, of a table or folder of one's own, what it holds. */
export interface ShownDataset {
  readonly card: DataCard;
  readonly own?: OwnSummary;
  /** Path of the contact sheet; none where there was nothing to show. */
  readonly sheet?: string;
}

/**
 * The card of a dataset, and a contact sheet of its first clips; of a table or folder of classes of one's own, what training would read of it.
 * @throws UsageError when there is no such dataset; ForeframeError in one line for what is wrong in a table or folder
 */
export async function showDataset(
  name: string,
  { out = `${parse(name).name}.png`, videos = [], signal, onNote }: ShowOptions = {},
): Promise<ShownDataset> {
  const key = videos.length === 0 ? ownKeyOf(name) : undefined;
  if (key) {
    const { summary, rows } = await ownSummary(key, name, { signal, onNote });
    await atomicWrite(out, await filmstrip(await ownSheetRows(rows)));
    return { card: videoFolderCard, own: summary, sheet: out };
  }
  const own = name === videoFolderCard.name;
  if (!own && videos.length > 0)
    throw new UsageError(
      `${name} makes its own clips: videos are for \`datasets show ${videoFolderCard.name}\``,
    );
  const dataset = own ? undefined : findDataset(name);
  const card = dataset?.card ?? videoFolderCard;
  const rows = dataset ? await datasetRows(dataset, { onNote }) : await videoRows(videos, { onNote });
  if (rows.length === 0) return { card };
  await atomicWrite(out, await filmstrip(rows));
  return { card, sheet: out };
}

export interface DatasetBuildOptions extends Watching, Partial<Readonly<Record<Split, number>>> {
  /** Folder to make it in; the cache by default. */
  readonly out?: string;
}

/**
 * Encode a dataset's clips as mp4 files with their latent variables and labels, once: a second call finds them there.
 * @throws UsageError when there is no such dataset; InterruptedError when `signal` was aborted
 */
export async function buildDataset(
  name: string,
  { out, train, validation, test, ...watching }: DatasetBuildOptions = {},
): Promise<BuiltDataset> {
  if (name === videoFolderCard.name)
    throw new UsageError(
      `${name} stands for your own videos: they need no building, name them after the pipeline`,
    );
  const { clips } = findDataset(name).card;
  const counts = {
    train: train ?? clips.train,
    validation: validation ?? clips.validation,
    test: test ?? clips.test,
  };
  return builtDataset(name, counts, watching, out);
}
