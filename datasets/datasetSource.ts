import { join } from 'node:path';
import { cacheFolder } from '../src/common/cacheFolder.js';
import { InterruptedError, UsageError } from '../src/common/errors.js';
import type { FrameSource, Split } from '../src/stream/frameSource.js';
import type { Frame } from '../src/video/frame.js';
import type { BuildOptions, ClipCounts } from './build.js';
import { checkClipMemory } from './clipMemory.js';
import type { Dataset } from './dataset.js';
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
 * A dataset's frames as they are generated, without the way through mp4 files: clips are made when they are asked for, so
 * a split may be as long as one likes; or, of a dataset whose making is costly, once. Each clip is a source of its own, named
 * `dataset/split/number`.
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
  // Clips that are made when they are asked for stand in no list.
  checkClipMemory(card, dataset.keep ? asked.clips : { train: 0, validation: 0, test: 0, frames });
  const framesOf = await clipFrames(dataset, asked.clips, options);
  const { train, validation, test } = asked.clips;
  return {
    description: `${card.name} (${train} + ${validation} + ${test} clips as arrays)`,
    frames: { train: train * frames, validation: validation * frames, test: test * frames },
    open: async function* (split, signal) {
      for (let index = 0; index < asked.clips[split]; index++) {
        // Making clips never waits for anything: without a turn of the event loop now and then nobody could stop it.
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

/** How many times smaller than a dataset's the asked-for frames are; nothing where they are no such frames at all. */
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
      ? 'data.via: arrays gives every frame: take data.rate away, or set data.via=mp4'
      : `data.via: arrays gives ${card.name} as it is made, ${card.width}×${card.height} ${color}, or smaller by a whole ` +
          `factor, not ${asked.width}×${asked.height} ${asked.color}: ` +
          `set data.width=${card.width}, data.height=${card.height}, data.color=${color}, or data.via=mp4, which resizes`,
  );
}
