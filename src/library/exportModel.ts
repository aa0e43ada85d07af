import { join } from 'node:path';
import { type ExportedModel, exportRun } from '../engine/serving/exportRun.js';
import { RunFolder } from '../runs/runFolder.js';
import { imageOf } from './sources/sampleData.js';

export interface ExportOptions {
  /** A new or empty folder; `savedmodel` in the run folder by default. */
  readonly out?: string;
  /** Streams, images or clips side by side; 1 by default. */
  readonly batch?: number;
  /** Frames of each stream; as many as the run was trained on by default. Not of runs on images. */
  readonly steps?: number;
}

/**
 * Write a saved run's best weights for Python TensorFlow and TF Serving: a SavedModel with the signatures `predict` and `encode` or, where it
 * learned from images, `classify` and `encode`.
 * @param path run folder
 * @throws ForeframeError when there is no run, `out` holds something already, or native TensorFlow is missing
 */
export async function exportModel(
  path: string,
  { out = join(path, 'savedmodel'), ...options }: ExportOptions = {},
): Promise<ExportedModel> {
  const image = await imageOf(await RunFolder.open(path));
  return exportRun(path, { out, image, ...options });
}
