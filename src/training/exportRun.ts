import { existsSync, readdirSync } from 'node:fs';
import { rename, rmdir } from 'node:fs/promises';
import { writeError } from '../common/atomicWrite.js';
import { ForeframeError, messageOf } from '../common/errors.js';
import { wholeFolder } from '../common/wholeFolder.js';
import { createModel } from '../models/index.js';
import type { VideoModel } from '../models/videoModel.js';
import { loadTensorFlow } from '../tensorflow/backend.js';
import { exportSavedModel } from '../tensorflow/exportSavedModel.js';
import type { HostArray, Named, ProgramSpec, Step } from '../tensorflow/program.js';
import tf, { type Tensor, type Tensor5D } from '../tensorflow/tf.js';
import { checkWeights, namingItsFile, parametersOf } from './checkpoint.js';
import { frameShapeOf } from './frameShape.js';
import { RunFolder } from './runFolder.js';

export interface ExportRunOptions {
  /** Where to write; must be empty or not there yet. */
  readonly out: string;
  /** Streams side by side; 1 by default. */
  readonly batch?: number;
  /** Frames of each; by default as many as the run was trained on. */
  readonly steps?: number;
}

/** A signature of an exported model: shapes by name. */
export interface ExportedModel {
  readonly folder: string;
  readonly frames: readonly number[];
  readonly signatures: readonly string[];
}

/** Who asks for no signature by name, as TF Serving's clients do, gets the prediction. */
const SIGNATURES = { predict: 'predict', encode: 'encode', serving_default: 'predict' };

/**
 * Write a run's best weights as a SavedModel with the signatures of `exportProgram`, and `serving_default` for the first.
 * Loads TensorFlow into this thread.
 * @throws ForeframeError when there is no run, `out` holds something already, or native TensorFlow is missing
 */
export async function exportRun(
  runPath: string,
  { out, batch = 1, steps }: ExportRunOptions,
): Promise<ExportedModel> {
  const run = await RunFolder.open(runPath);
  checkFree(out);
  const { data, model } = await run.readConfig();
  const { state } = await run.bestCheckpoint();
  // The precision of the run is how it computed, not what it learned: weights are written as they are.
  const { backend, reason } = await loadTensorFlow({ onWarning: () => {} });
  if (backend !== 'tensorflow') {
    throw new ForeframeError(
      `exporting needs native TensorFlow (${reason}): \`foreframe setup\` installs it, \`foreframe doctor\` says what is missing`,
    );
  }
  const frame = frameShapeOf(data);
  const spec = exportProgram(createModel(model, frame), batch, steps ?? data.steps);
  await namingItsFile(state, async () => checkWeights(state, spec.variables));
  await wholeFolder(
    out,
    (folder) => fillExport(folder, out, spec, parametersOf(state)),
    async (folder) => {
      // Another export may have been there first.
      checkFree(out);
      if (existsSync(out)) await rmdir(out);
      await rename(folder, out);
    },
  );
  return {
    folder: out,
    frames: spec.entries.predict!.inputs.frames!.shape,
    signatures: Object.keys(SIGNATURES),
  };
}

/**
 * What a trained model answers to the outside, from frames `[batch, steps, h, w, c]` float32 in [0, 1] that follow on each
 * other from the start of a stream:
 * - `predict`: `prediction`, of the same shape and range: at each step the frame expected next
 * - `encode`: every latent by name, `[batch, steps, …]`
 */
export function exportProgram(model: VideoModel, batch: number, steps: number): ProgramSpec {
  const { height, width, channels } = model.frame;
  const inputs = { frames: { shape: [batch, steps, height, width, channels], dtype: 'float32' } } as const;
  const watch = ({ frames }: Named<Tensor>, { variables }: Step) =>
    model.watch(variables, frames as Tensor5D, model.initialState(batch));
  return {
    variables: model.parameters(0),
    entries: {
      predict: {
        inputs,
        run: (given, step) => ({ prediction: tf.clipByValue(watch(given, step).prediction, 0, 1) }),
      },
      encode: { inputs, run: (given, step) => watch(given, step).latents },
    },
  };
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

/** @throws ForeframeError when the disk is full: TensorFlow says so in its own words */
function fillExport(folder: string, out: string, spec: ProgramSpec, state: Named<HostArray>): void {
  try {
    exportSavedModel({ spec, state, signatures: SIGNATURES, folder });
  } catch (error) {
    if (/No space left on device|disk quota exceeded/i.test(messageOf(error)))
      throw writeError(out, Object.assign(new Error('no space left', { cause: error }), { code: 'ENOSPC' }));
    throw error;
  }
}
