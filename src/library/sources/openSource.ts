import { join } from 'node:path';
import { type BuiltDataset, buildDataset, type ClipCounts } from '../../../datasets/building/build.js';
import { datasetSource } from '../../../datasets/building/datasetSource.js';
import { videoFolderCard } from '../../../datasets/building/videoFolder.js';
import { findDataset } from '../../../datasets/index.js';
import { UsageError } from '../../common/errors.js';
import { cacheFolder } from '../../common/files/cacheFolder.js';
import type { DataConfig, PipelineConfig } from '../../config/config.js';
import { ownOrigin } from '../../config/ownKeys.js';
import { frameShapeOf } from '../../data/frameShape.js';
import { heldSource } from '../../data/heldSource.js';
import { type OwnSource, ownSource } from '../../data/own/ownSource.js';
import { stillSource } from '../../data/stillSource.js';
import { splitFoldersSource, videoSource } from '../../data/videoSource.js';
import type { FrameSource } from '../../stream/frameSource.js';
import type { Watching } from '../watching.js';
import { fetchNpmVideos } from './npmVideo.js';
import { ownRows } from './ownRows.js';
import { skipsTo } from './skipNote.js';

/** The frames that a pipeline trains and is measured on: its dataset, built when it is not yet there, or its videos. */
export async function openSource(config: PipelineConfig, watching: Watching = {}): Promise<FrameSource> {
  const { data, seed } = config;
  const { dataset } = data;
  const labelled = ownOrigin(data) !== undefined;
  const own = labelled || dataset === undefined || dataset === videoFolderCard.name;
  const source = labelled
    ? await ownClips(data, watching)
    : own
      ? await ownVideos(data, seed, watching)
      : await datasetFrames(dataset, data, watching);
  if (!data.still) return source;
  if (own && data.stride !== undefined && data.stride !== data.steps + 1)
    throw new UsageError(
      'data.still shows one frame a clip, so clips may not overlap: take data.stride away',
    );
  // A dataset's clip is one unit; of own videos a clip is what the model watches.
  return stillSource(source, { seed, length: own ? data.steps + 1 : undefined });
}

/** One's own clips with what is known of them. @throws as `ownRows` and `ownSource` */
export async function ownClips(data: DataConfig, { signal, onNote }: Watching = {}): Promise<OwnSource> {
  if (data.via === 'arrays')
    throw new UsageError('data.via: arrays is for generated datasets: videos are read from their files');
  const rows = await ownRows(data, 'videos', { onNote });
  return ownSource(rows, data, { onSkip: skipsTo(onNote), onWait: onNote, onNote, signal });
}

async function ownVideos(data: DataConfig, seed: number, { signal, onNote }: Watching): Promise<FrameSource> {
  if (data.via === 'arrays')
    throw new UsageError('data.via: arrays is for generated datasets: videos are read from their files');
  if (data.videos.length === 0) {
    throw new UsageError(
      'no video to train on: name one, for example `foreframe train pipelines/video.yaml my.mp4`',
    );
  }
  const videos = await fetchNpmVideos(data.videos, { onNote });
  const reading = { onSkip: skipsTo(onNote), onWait: onNote, onNote, seed, signal };
  const source = await videoSource(videos, data, reading);
  const { height, width, channels } = frameShapeOf(data);
  return heldSource(source, height * width * channels);
}

async function datasetFrames(name: string, data: DataConfig, watching: Watching): Promise<FrameSource> {
  if (data.via === 'arrays')
    return datasetSource(findDataset(name), data, buildOptions(`making ${name}`, watching));
  const built = await builtDataset(name, data.clips, watching);
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

/**
 * A dataset as mp4 files, encoded now if it was not before.
 * @param root folder that holds built datasets; the cache by default
 */
export async function builtDataset(
  name: string,
  counts: ClipCounts,
  watching: Watching = {},
  root = join(cacheFolder(), 'datasets'),
): Promise<BuiltDataset> {
  return buildDataset(findDataset(name), counts, root, buildOptions(`encoding ${name}`, watching));
}

function buildOptions(task: string, { signal, onProgress, onNote }: Watching) {
  return {
    signal,
    onFetch: onNote,
    onProgress: (done: number, total: number) =>
      onProgress?.({ task, done, total, text: `${done} of ${total} clips` }),
  };
}
