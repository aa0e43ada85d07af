import { join } from 'node:path';
import type { ExportFormat } from '../engine/serving/exportFormats.js';
import { type ExportedModel, exportRun } from '../engine/serving/exportRun.js';
import { noteFirstWeights } from '../runs/firstWeights.js';
import { RunFolder } from '../runs/runFolder.js';
import { imageOf } from './sources/sampleData.js';
import type { Watching } from './watching.js';

export interface ExportOptions extends Pick<Watching, 'onNote'> {
  /** `savedmodel` by default: for TensorFlow. `onnx`: for other runtimes. */
  readonly format?: ExportFormat;
  /** A new or empty folder; by default one in the run folder that is named after the format. */
  readonly out?: string;
  /** Streams, images or clips side by side; any number by default. */
  readonly batch?: number;
  /** Frames of each stream; by default any number where the network allows it, else as many as the run was trained on. Not of runs on images. */
  readonly steps?: number;
}

/**
 * Write a saved run's best weights for other programs: as a SavedModel, or as an ONNX file for each signature. These are `predict`,
 * `encode` and `step` or, where it learned from images, `classify` and `encode`.
 * @param path run folder
 * @throws ForeframeError when there is no run, `out` holds something already, or native TensorFlow is missing
 */
export async function exportModel(
  path: string,
  { format = 'savedmodel', out = join(path, format), onNote, ...options }: ExportOptions = {},
): Promise<ExportedModel> {
  const run = await RunFolder.open(path);
  const image = await imageOf(run);
  await noteFirstWeights(run, onNote);
  return exportRun(path, { format, out, image, ...options });
}
