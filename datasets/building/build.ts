import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InterruptedError, UsageError } from '../../src/common/errors.js';
import { atomicWrite } from '../../src/common/files/atomicWrite.js';
import { makeFolder } from '../../src/common/files/makeFolder.js';
import type { LockHolder } from '../../src/common/locks/fileLock.js';
import { wholeFolderOnce } from '../../src/common/locks/wholeFolder.js';
import { mapAtMost } from '../../src/common/mapAtMost.js';
import type { Split } from '../../src/stream/frameSource.js';
import { writeVideo } from '../../src/video/index.js';
import type { Clips, Dataset } from '../dataset.js';
import { checkClipMemory } from './clipMemory.js';
import { CLIP_RECORDS, clipRecordLine } from './clipRecords.js';
import { type ClipCounts, clipsFolder } from './clipsFolder.js';

export type { ClipCounts };

export interface BuiltDataset {
  readonly folder: string;
  /** Folders of mp4 files, each beside a `clips.jsonl` with its latent variables and labels (`readClipRecords`). */
  readonly splits: Readonly<Record<Split, string>>;
}

export interface BuildOptions {
  readonly onProgress?: (done: number, total: number) => void;
  /** Receives one line before anything is downloaded. */
  readonly onFetch?: (message: string) => void;
  readonly signal?: AbortSignal;
}

const SPLITS: readonly Split[] = ['train', 'validation', 'test'];
/** ffmpeg processes at a time. Encoding a small clip is mostly the start of its process. */
const ENCODERS = 2;

/**
 * Encode a dataset's clips as lossless mp4 files under `root`, once: a second call finds them there. Built beside its
 * place and renamed at the end, so a folder that is there is complete.
 */
export async function buildDataset(
  dataset: Dataset,
  counts: ClipCounts,
  root: string,
  { onProgress, onFetch, signal }: BuildOptions = {},
): Promise<BuiltDataset> {
  const { name } = dataset.card;
  checkName(name);
  const folder = clipsFolder(dataset, counts, root);
  const built = { folder, splits: splitFolders(folder) };
  if (existsSync(folder)) return built;
  checkClipMemory(dataset.card, counts, ENCODERS);
  await makeFolder(root);
  const onWait = waiting(name, onFetch);
  const clips = await dataset.open({ onProgress: onFetch, signal });
  try {
    await wholeFolderOnce(
      folder,
      (unfinished) => encode(unfinished, dataset, clips, counts, { onProgress, signal }),
      {
        onWait,
        signal,
      },
    );
  } catch (error) {
    // The error of an interrupted clip names its own file, which the user does not know.
    if (!(error instanceof InterruptedError)) throw error;
    throw new InterruptedError(`building ${name} was stopped`, { cause: error });
  }
  return built;
}

async function encode(
  folder: string,
  { card }: Dataset,
  clips: Clips,
  counts: ClipCounts,
  { onProgress, signal }: BuildOptions,
): Promise<void> {
  const jobs = SPLITS.flatMap((split) =>
    Array.from({ length: counts[split] }, (_, index) => ({ split, index })),
  );
  const folders = splitFolders(folder);
  for (const split of SPLITS) await makeFolder(folders[split]);
  const records: Record<Split, string[]> = { train: [], validation: [], test: [] };
  let done = 0;
  const { rate, name } = card;
  // It waits for every encoder before it fails: none writes into the folder any more when that is removed.
  await mapAtMost(jobs, ENCODERS, async ({ split, index }) => {
    if (signal?.aborted) throw new InterruptedError(`building ${name} was stopped`);
    const file = `${String(index).padStart(5, '0')}.mp4`;
    const clip = clips(split, index, counts.frames);
    await writeVideo(join(folders[split], file), clip.frames, { rate, quality: 'lossless', signal });
    records[split][index] = clipRecordLine(file, split, index, clip);
    onProgress?.(++done, jobs.length);
  });
  for (const split of SPLITS) await atomicWrite(join(folders[split], CLIP_RECORDS), records[split].join(''));
  await atomicWrite(join(folder, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
}

/** The line to print while another process makes the same dataset. */
export function waiting(name: string, onFetch: BuildOptions['onFetch']): (holder: LockHolder) => void {
  return ({ description }) => onFetch?.(`${description} is making ${name}: waiting for it`);
}

/** A name becomes part of a folder's. @throws UsageError when it would lead elsewhere */
export function checkName(name: string): void {
  if (!/^[\w.-]+$/.test(name) || name.startsWith('.'))
    throw new UsageError(
      `${JSON.stringify(name)} is no name for a dataset: letters, digits, "-", "_" and "." only`,
    );
}

function splitFolders(folder: string): Record<Split, string> {
  return { train: join(folder, 'train'), validation: join(folder, 'validation'), test: join(folder, 'test') };
}
