import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../common/errors.js';
import { isTable, type Origins, ownOrigin } from '../../config/ownKeys.js';
import { hasClassFolders } from '../../data/own/folderRows.js';
import { type OwnSource, ownSource } from '../../data/own/ownSource.js';
import { type ClipSource, clipsOfSplit } from '../../extraction/extractClips.js';
import type { WatchedConfig } from '../../extraction/watchedRun.js';
import type { Split } from '../../stream/frameSource.js';
import type { Watching } from '../watching.js';
import { ownRows } from './ownRows.js';
import { skipsTo } from './skipNote.js';

/** Data of one's own with what is known of them, and whether they are those that the run learned from. */
export interface OwnChoice extends Pick<Origins, 'manifest' | 'folder'> {
  readonly ofRun: boolean;
}

/**
 * The table or the folder of classes that `inputs` name, or, without any, the run's own; nothing where they are something else.
 * @throws UsageError for a table among other inputs
 */
export async function ownChoice(
  inputs: readonly string[],
  { data: { manifest, folder }, samples }: WatchedConfig,
  split?: Split,
): Promise<OwnChoice | undefined> {
  const [data, another] = inputs;
  const table = inputs.find(isTable);
  if (another !== undefined && table !== undefined)
    throw new UsageError(`${table} is a table, which names its own data: name it alone`);
  if (another !== undefined) return undefined;
  const origin = ownOrigin({ manifest, folder });
  const isSame = data === undefined || (origin !== undefined && resolve(data) === resolve(origin));
  if (isSame) return origin === undefined ? undefined : { manifest, folder, ofRun: true };
  if (isTable(data)) return { manifest: data, ofRun: false };
  // A part of videos without labels is a part of each in time.
  if (split !== undefined && samples === undefined && folder === undefined) return undefined;
  const isFolder = statSync(data, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder && (await hasClassFolders(data)) ? { folder: data, ofRun: false } : undefined;
}

/**
 * Clips of one's own, of one split or, without it, all of them in the order of the table: each row says which split it is of.
 * @throws as `ownRows` and `ownSource`
 */
export async function ownExtraction(
  { ofRun, ...choice }: OwnChoice,
  { data, samples }: WatchedConfig,
  { split, signal, onNote }: Watching & { readonly split?: Split },
): Promise<ClipSource> {
  const rows = await ownRows(choice, samples === 'images' ? 'images' : 'videos', { onNote });
  const reading = { signal, onNote, onWait: onNote, onSkip: skipsTo(onNote), clip: data.steps };
  const source = await ownSource(rows, data, { ...reading, undivided: !ofRun && split === undefined });
  if (split !== undefined) return clipsOfSplit(source, split, async () => source.frames[split]);
  return clipsOfSplit(allOf(source), 'all', async () => sum(source));
}

/** The same with all its clips as one split. */
function allOf(source: OwnSource): OwnSource {
  return { ...source, open: (_, signal) => source.openAll(signal) };
}

function sum({ frames: { train, validation, test } }: OwnSource): number {
  return train + validation + test;
}

/**
 * The settings of a run as far as they hold for data of one's own: which stretch it took of its own videos, and that each was divided in
 * time, says nothing of other data.
 */
export function settingsFor<C extends Pick<WatchedConfig, 'data'>>({ ofRun }: OwnChoice, config: C): C {
  if (ofRun) return config;
  const { start, duration, split, ...data } = config.data;
  return { ...config, data: { ...data, split: { ...split, by: 'file' } } };
}
