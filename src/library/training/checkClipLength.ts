import { videoFolderCard } from '../../../datasets/building/videoFolder.js';
import { findDataset } from '../../../datasets/index.js';
import { UsageError } from '../../common/errors.js';
import type { PipelineConfig } from '../../config/config.js';

/** @throws UsageError, before thousands of clips of a dataset are made, where none of them would be long enough */
export function checkClipLength({ data }: Pick<PipelineConfig, 'data'>): void {
  const { dataset, clips, steps } = data;
  if (dataset === undefined || dataset === videoFolderCard.name) return;
  const { frames = findDataset(dataset).card.framesPerClip } = clips;
  if (frames > steps) return;
  throw new UsageError(
    `data.steps ${steps}: a clip is one frame more, and clips of ${dataset} hold ${frames} frames: lower data.steps to ${frames - 1}` +
      (clips.frames === undefined ? '' : ', or give data.clips.frames more'),
  );
}
