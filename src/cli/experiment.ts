import { join } from 'node:path';
import { type BuildOptions, type BuiltDataset, buildDataset, type ClipCounts } from '../../datasets/build.js';
import { datasetSource } from '../../datasets/datasetSource.js';
import { findDataset } from '../../datasets/index.js';
import { videoFolderCard } from '../../datasets/videoFolder.js';
import { cacheFolder } from '../common/cacheFolder.js';
import { UsageError } from '../common/errors.js';
import type { FrameSource } from '../stream/frameSource.js';
import type { DataConfig, PipelineConfig } from '../training/config.js';
import { stillSource } from '../training/stillSource.js';
import { splitFoldersSource, videoSource } from '../training/videoSource.js';
import type { SkipReport } from '../video/index.js';
import { fetchNpmVideos } from './npmVideo.js';
import { type Progress, startProgress } from './terminal.js';

/** The frames that a pipeline trains and is measured on: its dataset, built when it is not yet there, or its videos. */
export async function openSource(config: PipelineConfig, signal?: AbortSignal): Promise<FrameSource> {
  const { data, seed } = config;
  const own = data.dataset === undefined || data.dataset === videoFolderCard.name;
  const source = own ? await ownVideos(data, seed, signal) : await datasetFrames(data.dataset!, data, signal);
  if (!data.still) return source;
  if (own && data.stride !== undefined && data.stride !== data.steps + 1)
    throw new UsageError(
      'data.still shows one frame a clip, so clips may not overlap: take data.stride away',
    );
  // A dataset's clip is one unit; of own videos a clip is what the model watches.
  return stillSource(source, { seed, length: own ? data.steps + 1 : undefined });
}

async function ownVideos(data: DataConfig, seed: number, signal?: AbortSignal): Promise<FrameSource> {
  if (data.via === 'arrays')
    throw new UsageError('data.via: arrays is for generated datasets: videos are read from their files');
  if (data.videos.length === 0) {
    throw new UsageError(
      'no video to train on: name one, for example `foreframe train pipelines/video.yaml my.mp4`',
    );
  }
  return videoSource(await fetchNpmVideos(data.videos), data, {
    onSkip: reportSkip,
    onWait: console.error,
    seed,
    signal,
  });
}

async function datasetFrames(name: string, data: DataConfig, signal?: AbortSignal): Promise<FrameSource> {
  if (data.via === 'arrays') {
    return withProgress(`making ${name}`, (options) =>
      datasetSource(findDataset(name), data, { ...options, signal }),
    );
  }
  const built = await builtDataset(name, data.clips, signal);
  const { train, validation, test } = data.clips;
  const source = await splitFoldersSource(
    built.splits,
    `${name} (${train} + ${validation} + ${test} clips as mp4)`,
    data,
  );
  const { frames = findDataset(name).card.framesPerClip } = data.clips;
  return {
    ...source,
    frames: { train: train * frames, validation: validation * frames, test: test * frames },
  };
}

/** A dataset as mp4 files in the cache, encoded now if it was not before. */
export async function builtDataset(
  name: string,
  counts: ClipCounts,
  signal?: AbortSignal,
): Promise<BuiltDataset> {
  return withProgress(`encoding ${name}`, (options) =>
    buildDataset(findDataset(name), counts, join(cacheFolder(), 'datasets'), { ...options, signal }),
  );
}

/** Something that makes clips, with a bar from the first of them on. */
async function withProgress<T>(title: string, work: (options: BuildOptions) => Promise<T>): Promise<T> {
  let progress: Progress | undefined;
  try {
    return await work({
      onFetch: console.error,
      onProgress: (done, total) => {
        progress ??= startProgress(title, total);
        progress.update(done, `${done} of ${total} clips`);
      },
    });
  } finally {
    progress?.stop();
  }
}

export function reportSkip({ source, count, message }: SkipReport): void {
  const lost = count > 0 ? `${count} frame(s) could not be decoded and were skipped` : 'it is damaged';
  console.error(`warning: ${source}: ${lost} (${message})`);
}
