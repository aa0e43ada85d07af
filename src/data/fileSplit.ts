import { realpath } from 'node:fs/promises';
import { UsageError } from '../common/errors.js';
import { Random } from '../common/random.js';
import type { DataConfig } from '../config/config.js';
import type { Split } from '../stream/frameSource.js';
import type { VideoSource } from '../video/index.js';

/** Each file once, whatever names lead to it, in the order of their names. @throws UsageError for a live input */
export async function distinctFiles(sources: readonly VideoSource[]): Promise<VideoSource[]> {
  const files = new Map<string, VideoSource>();
  for (const source of sources) {
    if (source.kind === 'input')
      throw new UsageError(
        `data.split.by: file needs files, and ${source.name} is a live input: split by time`,
      );
    const path = await realpath(source.kind === 'file' ? source.path : source.files[0]!);
    if (!files.has(path)) files.set(path, source);
  }
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, source]) => source);
}

/** Whole files for each split, at least one for every split that has a share. @throws UsageError when there are less than 3 */
export function splitByFile<T>(
  files: readonly T[],
  { split: shares }: DataConfig,
  seed: number,
): Record<Split, T[]> {
  const count = files.length;
  if (count < 3) {
    throw new UsageError(
      `data.split.by: file needs at least 3 files, not ${count}: name more videos, or set data.split.by=time`,
    );
  }
  const share = (of: number, most: number) =>
    of === 0 ? 0 : Math.min(Math.max(Math.round(of * count), 1), most);
  const validation = share(shares.validation, count - 2);
  const train = share(shares.train, count - 1 - validation);
  const order = shuffled(files, Random.for(seed, 'split by file'));
  return {
    train: order.slice(0, train),
    validation: order.slice(train, train + validation),
    test: order.slice(train + validation),
  };
}

/** Fisher and Yates' shuffle. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
