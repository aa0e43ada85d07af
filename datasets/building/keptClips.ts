import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { InterruptedError } from '../../src/common/errors.js';
import { wholeFolderOnce } from '../../src/common/locks/wholeFolder.js';
import type { Split } from '../../src/stream/frameSource.js';
import type { Frame } from '../../src/video/frame.js';
import type { Dataset, DatasetCard } from '../dataset.js';
import { type BuildOptions, type ClipCounts, checkName, waiting } from './build.js';
import { clipsFolder } from './clipsFolder.js';

/** End of the folders' names: unlike a built dataset's, they hold raw frames. */
const ENDING = '-frames';
const SPLITS: readonly Split[] = ['train', 'validation', 'test'];

/** A split's clips read back, frame by frame. */
export type KeptFrames = (split: Split, index: number) => Frame[];

/**
 * Clips that cost more to make than to read back, kept as one file of raw frames per split under `root`; made once, now if they
 * are not there. A folder that is there is complete.
 */
export async function keptClips(
  dataset: Dataset,
  counts: ClipCounts,
  root: string,
  options: BuildOptions = {},
): Promise<KeptFrames> {
  const folder = clipsFolder(dataset, counts, root, ENDING);
  if (!existsSync(folder)) await make(folder, dataset, counts, options);
  return readBack(dataset.card, folder, counts.frames ?? dataset.card.framesPerClip);
}

/** The same where these clips were kept before; nothing where they would have to be made. */
export function alreadyKept(dataset: Dataset, counts: ClipCounts, root: string): KeptFrames | undefined {
  const folder = clipsFolder(dataset, counts, root, ENDING);
  const { card } = dataset;
  return existsSync(folder) ? readBack(card, folder, counts.frames ?? card.framesPerClip) : undefined;
}

async function make(
  folder: string,
  dataset: Dataset,
  counts: ClipCounts,
  { onProgress, onFetch, signal }: BuildOptions,
): Promise<void> {
  const { name } = dataset.card;
  checkName(name);
  const clips = await dataset.open({ onProgress: onFetch, signal });
  const total = SPLITS.reduce((sum, split) => sum + counts[split], 0);
  let done = 0;
  const fill = async (unfinished: string) => {
    for (const split of SPLITS) {
      const file = await open(join(unfinished, `${split}.frames`), 'w');
      try {
        for (let index = 0; index < counts[split]; index++) {
          if (signal?.aborted) throw new InterruptedError(`making ${name} was stopped`);
          const frames = clips(split, index, counts.frames).frames.map(({ data }) => data);
          await writeAll(file, frames);
          onProgress?.(++done, total);
        }
        await file.sync();
      } finally {
        await file.close();
      }
    }
  };
  await wholeFolderOnce(folder, fill, { onWait: waiting(name, onFetch), signal });
}

/** A disk that is nearly full takes a part of what it is given, without an error; the next write has one. */
async function writeAll(file: FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  for (const part of parts) await file.writeFile(part);
}

function readBack(card: DatasetCard, folder: string, length: number): KeptFrames {
  const { width, height, channels, rate, name } = card;
  const size = width * height * channels;
  return (split, index) => {
    const bytes = new Uint8Array(length * size);
    const file = openSync(join(folder, `${split}.frames`), 'r');
    readSync(file, bytes, 0, bytes.length, index * bytes.length);
    closeSync(file);
    return Array.from({ length }, (_, t) => ({
      data: bytes.subarray(t * size, (t + 1) * size),
      width,
      height,
      channels,
      time: t / rate,
      index: t,
      source: `${name}/${split}/${index}`,
    }));
  };
}
