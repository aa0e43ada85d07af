import { join } from 'node:path';
import { InterruptedError, UsageError } from '../../src/common/errors.js';
import { cacheFolder } from '../../src/common/files/cacheFolder.js';
import type { FrameSource, Split } from '../../src/stream/frameSource.js';
import type { Frame } from '../../src/video/frame.js';
import type { Dataset } from '../dataset.js';
import type { BuildOptions, ClipCounts } from './build.js';
import { checkClipMemory } from './clipMemory.js';
import { keptClips } from './keptClips.js';
import { shrinkFrame } from './shrinkFrame.js';

/** The frames that are asked for: as the dataset makes them, or smaller by a whole factor. */
export interface DatasetSourceOptions {
  readonly clips: ClipCounts;
  readonly width: number;
  readonly height: number;
  readonly color: 'grey' | 'rgb';
  readonly rate?: number;
}

/**
 * A dataset's frames as they are generated, without mp4 files. Clips are made on demand, so that a split may have any length;
 * clips that are costly to make are made once and kept. Each clip is its own source, named `dataset/split/number`.
 * @throws UsageError when other frames are asked for than the dataset has.
 */
export async function datasetSource(
  dataset: Dataset,
  asked: DatasetSourceOptions,
  options: BuildOptions = {},
): Promise<FrameSource> {
  const { card } = dataset;
  const factor = shrinkFactor(dataset, asked);
  if (factor === undefined) throw refusal(dataset, asked);
  const { frames = card.framesPerClip } = asked.clips;
  // Clips that are made on demand need no list in memory.
  checkClipMemory(card, dataset.keep ? asked.clips : { train: 0, validation: 0, test: 0, frames });
  const framesOf = await clipFrames(dataset, asked.clips, options);
  const { train, validation, test } = asked.clips;
  return {
    description: `${card.name} (${train} + ${validation} + ${test} clips as arrays)`,
    frames: { train: train * frames, validation: validation * frames, test: test * frames },
    open: async function* (split, signal) {
      for (let index = 0; index < asked.clips[split]; index++) {
        // Making clips never waits for anything: the event loop needs a turn, so that it can be stopped.
        await new Promise(setImmediate);
        if (signal.aborted) throw new InterruptedError(`reading ${card.name} was interrupted`);
        for (const frame of framesOf(split, index)) yield shrinkFrame(frame, factor);
      }
    },
  };
}

async function clipFrames(
  dataset: Dataset,
  counts: ClipCounts,
  options: BuildOptions,
): Promise<(split: Split, index: number) => readonly Frame[]> {
  if (dataset.keep) return keptClips(dataset, counts, join(cacheFolder(), 'datasets'), options);
  const clips = await dataset.open({ onProgress: options.onFetch, signal: options.signal });
  return (split, index) => clips(split, index, counts.frames).frames;
}

/** By which factor the requested frames are smaller than the dataset's; nothing where they differ in another way. */
export function shrinkFactor(
  { card }: Dataset,
  { width, height, color, rate }: Omit<DatasetSourceOptions, 'clips'>,
): number | undefined {
  const factor = card.width / width;
  const colour = card.channels === 1 ? 'grey' : 'rgb';
  const whole = Number.isInteger(factor) && card.height / height === factor;
  return whole && color === colour && rate === undefined ? factor : undefined;
}

function refusal({ card }: Dataset, asked: DatasetSourceOptions): UsageError {
  const color = card.channels === 1 ? 'grey' : 'rgb';
  return new UsageError(
    asked.rate !== undefined
      ? 'data.via: arrays gives every frame: remove data.rate, or set data.via=mp4'
      : `data.via: arrays gives ${card.name} as it is made, ${card.width}×${card.height} ${color}, or smaller by a whole ` +
          `factor, not ${asked.width}×${asked.height} ${asked.color}: ` +
          `set data.width=${card.width}, data.height=${card.height}, data.color=${color}, or data.via=mp4, which resizes`,
  );
}
