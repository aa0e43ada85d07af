import { existsSync, readdirSync } from 'node:fs';
import { rename, rmdir } from 'node:fs/promises';
import { ForeframeError, UsageError } from '../../common/errors.js';
import { writeError } from '../../common/files/atomicWrite.js';
import { wholeFolder } from '../../common/locks/wholeFolder.js';
import { isOfClips } from '../../config/anyConfig.js';
import type { PipelineConfig } from '../../config/config.js';
import type { SampleConfig } from '../../config/sampleConfig.js';
import { frameShapeOf } from '../../data/frameShape.js';
import { createModel } from '../../models/index.js';
import type { FrameShape } from '../../models/videoModel.js';
import { checkWeights, namingItsFile, parametersOf } from '../../runs/checkpoint.js';
import { RunFolder } from '../../runs/runFolder.js';
import { loadTensorFlow } from '../../tensorflow/backend/backend.js';
import { type ExportOptions, exportSavedModel } from '../../tensorflow/program/exportSavedModel.js';
import type { Named } from '../../tensorflow/spec/program.js';
import { type ServedProgram, servedPredictor, servedSamples } from './servedPrograms.js';

type Asked = Omit<ExportRunOptions, 'out'>;

export interface ExportRunOptions {
  /** Where to write; must be empty or not there yet. */
  readonly out: string;
  /** Streams, images or clips side by side; 1 by default. */
  readonly batch?: number;
  /** Frames of each stream; by default as many as the run was trained on. Of runs on images there are none to choose. */
  readonly steps?: number;
  /** Size of the images, where the run learned from images: its configuration does not say. */
  readonly image?: FrameShape;
}

/** A signature of an exported model: shapes by name. */
export interface ExportedModel {
  readonly folder: string;
  /** The input of all signatures: `frames`, or `images` where the run learned from images. */
  readonly input: 'frames' | 'images';
  /** Its shape. */
  readonly frames: readonly number[];
  readonly signatures: readonly string[];
}

/**
 * Write a run's best weights as a SavedModel with the signatures of `servedPredictor` or `servedSamples`, and `serving_default`
 * for the first. Loads TensorFlow into this thread.
 * @throws ForeframeError when there is no run, `out` holds something already, or native TensorFlow is missing; UsageError for steps of
 * a run on images
 */
export async function exportRun(
  runPath: string,
  { out, ...options }: ExportRunOptions,
): Promise<ExportedModel> {
  const run = await RunFolder.open(runPath);
  checkFree(out);
  const config = await run.readAnyConfig();
  const { state } = await run.bestCheckpoint();
  // The precision of the run is how it computed, not what it learned: weights are written as they are.
  const { backend, reason } = await loadTensorFlow({ onWarning: () => {} });
  if (backend !== 'tensorflow') {
    throw new ForeframeError(
      `exporting needs native TensorFlow (${reason}): \`foreframe setup\` installs it, \`foreframe doctor\` says what is missing`,
    );
  }
  const { spec, input, signatures } = isOfClips(config)
    ? clipProgram(config, options)
    : imageProgram(config, run.path, options);
  await namingItsFile(state, async () => checkWeights(state, spec.variables));
  await wholeFolder(
    out,
    (folder) => fillExport(folder, out, { spec, signatures: named(signatures), state: parametersOf(state) }),
    async (folder) => {
      // Another export may have been there first.
      checkFree(out);
      if (existsSync(out)) await rmdir(out);
      await rename(folder, out);
    },
  );
  const [first] = signatures;
  const { shape } = spec.entries[first!]!.inputs[input]!;
  return { folder: out, input, frames: shape, signatures: Object.keys(named(signatures)) };
}

function clipProgram(
  { model, data }: PipelineConfig,
  { batch = 1, steps = data.steps }: Asked,
): ServedProgram {
  return servedPredictor(createModel(model, frameShapeOf(data)), batch, steps);
}

function imageProgram(config: SampleConfig, run: string, { batch = 1, steps, image }: Asked): ServedProgram {
  if (steps !== undefined)
    throw new UsageError(`--steps: ${run} learned from images, or from clips of one length: leave it out`);
  if (!image) throw new UsageError(`${run} learned from images: say how large they are with \`image\``);
  return servedSamples({ samples: config, image, frames: config.data.clips?.frames }, batch);
}

/** Clients of TF Serving that name no signature get the first. */
function named(signatures: readonly string[]): Named<string> {
  const pairs = signatures.map((name) => [name, name] as const);
  return { ...Object.fromEntries(pairs), serving_default: signatures[0]! };
}

function checkFree(out: string): void {
  if (!existsSync(out)) return;
  let names: string[];
  try {
    names = readdirSync(out);
  } catch (error) {
    throw writeError(out, error);
  }
  if (names.length > 0)
    throw new ForeframeError(`${out} is not empty: name another folder with --out, or empty it`);
}

/** @throws ForeframeError that names `out` when the disk is full */
function fillExport(folder: string, out: string, model: Omit<ExportOptions, 'folder'>): void {
  try {
    exportSavedModel({ ...model, folder });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? writeError(out, error) : error;
  }
}
