import { basename, resolve } from 'node:path';
import { ForeframeError, UsageError } from '../../common/errors.js';
import { writeError } from '../../common/files/atomicWrite.js';
import { packageVersion } from '../../common/files/packageFolder.js';
import { checkNewFolder, fillNewFolder } from '../../common/locks/newFolder.js';
import { required } from '../../common/required.js';
import { type Config, isOfClips } from '../../config/anyConfig.js';
import type { PipelineConfig } from '../../config/config.js';
import type { SampleConfig } from '../../config/sampleConfig.js';
import { frameShapeOf } from '../../data/frameShape.js';
import { createModel } from '../../models/index.js';
import type { FrameShape } from '../../models/videoModel.js';
import { checkWeights, namingItsFile, parametersOf } from '../../runs/checkpoint.js';
import { RunFolder } from '../../runs/runFolder.js';
import { loadTensorFlow } from '../../tensorflow/backend/backend.js';
import { exportOnnx } from '../../tensorflow/export/exportOnnx.js';
import { exportSavedModel } from '../../tensorflow/export/exportSavedModel.js';
import type { EntryShapes, Side } from '../../tensorflow/export/sizedProgram.js';
import type { Named } from '../../tensorflow/spec/program.js';
import type { ExportFormat } from './exportFormats.js';
import { servedPredictor } from './servedPredictor.js';
import type { ServedProgram } from './servedProgram.js';
import { servedSamples } from './servedSamples.js';

type Asked = Pick<ExportRunOptions, 'batch' | 'steps' | 'image'>;

export interface ExportRunOptions {
  /** Where to write; must be empty or not there yet. */
  readonly out: string;
  /** `savedmodel` by default. */
  readonly format?: ExportFormat;
  /** Streams, images or clips side by side; any number by default, where the network allows it. */
  readonly batch?: number;
  /**
   * Frames of each stream; by default any number where the network allows it, else as many as the run was trained on. Of runs on images
   * there are none to choose.
   */
  readonly steps?: number;
  /** Size of the images, where the run learned from images: its configuration does not say. */
  readonly image?: FrameShape;
}

/** An exported model: its signatures, or its files, with shapes by name. A side that is text is open and has that name. */
export interface ExportedModel {
  readonly folder: string;
  readonly format: ExportFormat;
  /** The input of the first signature: `frames`, or `images` where the run learned from images. */
  readonly input: 'frames' | 'images';
  /** Its shape. */
  readonly frames: readonly Side[];
  readonly signatures: readonly string[];
  /** What each takes and gives. */
  readonly entries: Named<EntryShapes>;
}

/**
 * Write a run's best weights as a SavedModel with the signatures of `servedPredictor` or `servedSamples`, and `serving_default`
 * for the first, or as an ONNX model for each of them. Loads TensorFlow into this thread.
 * @throws ForeframeError when there is no run, `out` holds something already, native TensorFlow is missing or ONNX has no
 * translation of an op; UsageError for steps of a run on images
 */
export async function exportRun(
  runPath: string,
  { out, format = 'savedmodel', ...asked }: ExportRunOptions,
): Promise<ExportedModel> {
  const run = await RunFolder.open(runPath);
  checkNewFolder(out);
  const config = await run.readAnyConfig();
  const { state, position } = await run.bestCheckpoint();
  // The precision of the run is how it computed, not what it learned: weights are written as they are.
  const { backend, reason } = await loadTensorFlow({ onWarning: () => {} });
  if (backend !== 'tensorflow') {
    throw new ForeframeError(
      `exporting needs native TensorFlow (${reason}): \`foreframe setup\` installs it, \`foreframe doctor\` says what is missing`,
    );
  }
  const served = isOfClips(config) ? clipProgram(config, asked) : imageProgram(config, run.path, asked);
  const { program, input, signatures } = served;
  await namingItsFile(state, async () => checkWeights(state, program.at(program.sizes).variables));
  const weights = parametersOf(state);
  let entries: Named<EntryShapes> = {};
  await fillNewFolder(out, (folder) =>
    namingFull(out, () => {
      if (format === 'savedmodel')
        entries = exportSavedModel({ program, state: weights, signatures: signatureNames(served), folder });
      else
        entries = exportOnnx({
          program,
          state: weights,
          entries: signatures,
          folder,
          about: served.about,
          metadata: aboutRun(run.path, config, position.step),
          version: packageVersion,
        });
    }),
  );
  const { inputs } = required(entries, Object.keys(signatures)[0]!);
  return {
    folder: out,
    format,
    input,
    frames: required(inputs, input),
    signatures: Object.keys(entries),
    entries,
  };
}

function clipProgram({ model, data }: PipelineConfig, { batch, steps }: Asked): ServedProgram {
  return servedPredictor(createModel(model, frameShapeOf(data)), { batch, time: steps }, data.steps);
}

function imageProgram(config: SampleConfig, run: string, { batch, steps, image }: Asked): ServedProgram {
  if (steps !== undefined)
    throw new UsageError(`--steps: ${run} learned from images, or from clips of one length: leave it out`);
  if (!image) throw new UsageError(`${run} learned from images: say how large they are with \`image\``);
  return servedSamples({ samples: config, image, frames: config.data.clips?.frames }, batch);
}

/** Clients of TF Serving that name no signature get the first. */
function signatureNames({ signatures }: ServedProgram): Named<string> {
  const names = Object.keys(signatures);
  return { ...Object.fromEntries(names.map((name) => [name, name])), serving_default: names[0]! };
}

/** What a file by itself says of the run that it comes from. */
function aboutRun(path: string, config: Config, step: number): Named<string> {
  const classes = isOfClips(config) ? undefined : config.data.classes;
  return {
    'foreframe.run': basename(resolve(path)),
    'foreframe.pipeline': config.name,
    'foreframe.step': String(step),
    'foreframe.model': JSON.stringify(config.model),
    ...(classes && { 'foreframe.classes': JSON.stringify(classes) }),
  };
}

/** @throws ForeframeError that names `out` when the disk is full */
function namingFull(out: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? writeError(out, error) : error;
  }
}
