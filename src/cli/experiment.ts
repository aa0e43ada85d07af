import { join } from 'node:path';
import { type BuiltDataset, buildDataset, type ClipCounts } from '../../datasets/build.js';
import { findDataset } from '../../datasets/index.js';
import { cacheFolder } from '../common/cacheFolder.js';
import { UsageError } from '../common/errors.js';
import type { FrameSource } from '../stream/frameSource.js';
import type { PipelineConfig } from '../training/config.js';
import { splitFoldersSource, videoSource } from '../training/videoSource.js';
import type { SkipReport } from '../video/index.js';
import { type Progress, startProgress } from './terminal.js';

/** The frames that a pipeline trains and is measured on: its dataset, built when it is not yet there, or its videos. */
export async function openSource(config: PipelineConfig, signal?: AbortSignal): Promise<FrameSource> {
  const { data } = config;
  if (data.dataset === undefined) {
    if (data.videos.length === 0) {
      throw new UsageError(
        'no video to train on: name one, for example `foreframe train pipelines/video.yaml my.mp4`',
      );
    }
    return videoSource(data.videos, data, { onSkip: reportSkip });
  }
  const built = await builtDataset(data.dataset, data.clips, signal);
  const { train, validation, test } = data.clips;
  const description = `${data.dataset} (${train} + ${validation} + ${test} clips as mp4)`;
  return splitFoldersSource(built.splits, description, data);
}

/** A dataset as mp4 files in the cache, encoded now if it was not before. */
export async function builtDataset(
  name: string,
  counts: ClipCounts,
  signal?: AbortSignal,
): Promise<BuiltDataset> {
  let progress: Progress | undefined;
  const built = await buildDataset(findDataset(name), counts, join(cacheFolder(), 'datasets'), {
    signal,
    onProgress: (done, total) => {
      progress ??= startProgress(`encoding ${name}`, total);
      progress.update(done, `${done} of ${total} clips`);
    },
  });
  progress?.stop();
  return built;
}

export function reportSkip({ source, count, message }: SkipReport): void {
  console.error(`warning: ${source}: ${count} frame(s) could not be decoded and were skipped (${message})`);
}
