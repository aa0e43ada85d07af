import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWrite, writeError } from '../src/common/atomicWrite.js';
import { InterruptedError } from '../src/common/errors.js';
import type { Split } from '../src/stream/frameSource.js';
import { writeVideo } from '../src/video/index.js';
import type { Dataset } from './dataset.js';

/** Clips of each split, and their length where it is not the card's. */
export type ClipCounts = Readonly<Record<Split, number>> & { readonly frames?: number };

export interface BuiltDataset {
  readonly folder: string;
  /** Folders of mp4 files, each beside a `clips.jsonl` with the latent variables of every frame. */
  readonly splits: Readonly<Record<Split, string>>;
}

export interface BuildOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const SPLITS: readonly Split[] = ['train', 'validation', 'test'];
/** ffmpeg processes at a time: encoding small clips is mostly the start of processes. */
const ENCODERS = 2;

/**
 * Encode a dataset's clips as lossless mp4 files under `root`, once: a second call finds them there. Built beside its
 * place and renamed at the end, so a folder that is there is complete.
 */
export async function buildDataset(
  dataset: Dataset,
  counts: ClipCounts,
  root: string,
  { onProgress, signal }: BuildOptions = {},
): Promise<BuiltDataset> {
  const { name } = dataset.card;
  const key = createHash('sha256')
    .update(JSON.stringify([dataset.card, counts]))
    .digest('hex')
    .slice(0, 8);
  const folder = join(root, `${name}-${key}`);
  const built = { folder, splits: splitFolders(folder) };
  if (existsSync(folder)) return built;

  const unfinished = `${folder}.${process.pid}.tmp`;
  try {
    const jobs = SPLITS.flatMap((split) =>
      Array.from({ length: counts[split] }, (_, index) => ({ split, index })),
    );
    const folders = splitFolders(unfinished);
    for (const split of SPLITS) await mkdir(folders[split], { recursive: true });
    const records: Record<Split, string[]> = { train: [], validation: [], test: [] };
    let next = 0;
    let done = 0;
    const encode = async () => {
      while (next < jobs.length) {
        if (signal?.aborted) throw new InterruptedError(`building ${name} was stopped`);
        const { split, index } = jobs[next++]!;
        records[split][index] = await encodeClip(dataset, split, index, counts.frames, folders[split]);
        onProgress?.(++done, jobs.length);
      }
    };
    await Promise.all(Array.from({ length: ENCODERS }, encode));
    for (const split of SPLITS)
      await atomicWrite(join(folders[split], 'clips.jsonl'), records[split].join(''));
    await atomicWrite(join(unfinished, 'card.json'), `${JSON.stringify(dataset.card, null, 2)}\n`);
    await renameIntoPlace(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return built;
}

async function encodeClip(
  dataset: Dataset,
  split: Split,
  index: number,
  length: number | undefined,
  folder: string,
): Promise<string> {
  const { frames, latents } = dataset.clip(split, index, length);
  const file = `${String(index).padStart(5, '0')}.mp4`;
  await writeVideo(join(folder, file), frames, { rate: dataset.card.rate, quality: 'lossless' });
  return `${JSON.stringify({ file, split, index, latents })}\n`;
}

async function renameIntoPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    // Another process built the same dataset meanwhile: its files are as good as ours.
    if (!existsSync(to)) throw writeError(to, error);
  }
}

function splitFolders(folder: string): Record<Split, string> {
  return { train: join(folder, 'train'), validation: join(folder, 'validation'), test: join(folder, 'test') };
}
