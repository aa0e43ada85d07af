import type { FrameShape, VideoModel } from '../models/videoModel.js';
import { meanSquaredError } from '../objectives/meanSquaredError.js';
import type { Entry, Named, ProgramSpec } from '../tensorflow/program.js';
import tf, { type Scalar, type Tensor, type Tensor5D } from '../tensorflow/tf.js';
import type { TrainingConfig } from './config.js';

export interface VideoProgramSizes {
  /** Clips that are trained on or evaluated side by side. */
  readonly batch: number;
  /** Frames watched in each; a clip holds one more. */
  readonly steps: number;
}

/** How one training step is made; a part of the pipeline's `training` settings. */
export type StepSettings = Pick<TrainingConfig, 'optimizer' | 'clipNorm' | 'predict'>;

/**
 * The entry points of a next-frame model:
 * - `train`: clips `[batch, steps + 1, h, w, c]` uint8 and a learning rate → loss, gradientNorm
 * - `evaluate`: clips → squared error per clip and prediction, `[batch, steps]`, summed over the frame's values, of the
 *   model and of the two baselines (copy the last frame; extrapolate each pixel linearly)
 * - `advance`: one frame `[batch, 1, h, w, c]` float32 and the memory → the next frame, limited to [0, 1], and the memory
 */
export function videoProgram(
  model: VideoModel,
  seed: number,
  sizes: VideoProgramSizes,
  settings: StepSettings,
): ProgramSpec {
  return {
    variables: model.parameters(seed),
    entries: {
      train: trainEntry(model, sizes, settings),
      evaluate: evaluateEntry(model, sizes),
      advance: advanceEntry(model, sizes.batch),
    },
  };
}

/** The program that predicts alone, for running a trained model on one stream of frames. */
export function predictProgram(model: VideoModel, batch: number): ProgramSpec {
  return { variables: model.parameters(0), entries: { advance: advanceEntry(model, batch) } };
}

function clipsInput({ height, width, channels }: FrameShape, { batch, steps }: VideoProgramSizes) {
  return { shape: [batch, steps + 1, height, width, channels], dtype: 'uint8' } as const;
}

/** Frames that are watched and the frames that follow each, in [0, 1]. */
function watchedAndNext(clips: Tensor): [watched: Tensor5D, next: Tensor5D] {
  const scaled = tf.div(clips, 255) as Tensor5D;
  const [batch, time, ...frame] = scaled.shape as [number, number, number, number, number];
  const size: [number, number, number, number, number] = [batch, time - 1, ...frame];
  return [tf.slice(scaled, [0, 0, 0, 0, 0], size), tf.slice(scaled, [0, 1, 0, 0, 0], size)];
}

function trainEntry(model: VideoModel, sizes: VideoProgramSizes, settings: StepSettings): Entry {
  return {
    inputs: { clips: clipsInput(model.frame, sizes), learningRate: { shape: [], dtype: 'float32' } },
    run: ({ clips, learningRate }, step) => {
      const [watched, next] = watchedAndNext(clips!);
      const loss = () => {
        const { prediction } = model.watch(step.variables, watched, model.initialState(sizes.batch));
        if (settings.predict === 'every') return meanSquaredError(prediction, next);
        return meanSquaredError(lastOf(prediction), lastOf(next));
      };
      const { optimizer, clipNorm } = settings;
      return step.minimize(loss, { optimizer, clipNorm, learningRate: learningRate as Scalar });
    },
  };
}

function lastOf(frames: Tensor5D): Tensor5D {
  const [batch, time, ...frame] = frames.shape;
  return tf.slice(frames, [0, time - 1, 0, 0, 0], [batch, 1, ...frame]);
}

function evaluateEntry(model: VideoModel, sizes: VideoProgramSizes): Entry {
  return {
    inputs: { clips: clipsInput(model.frame, sizes) },
    run: ({ clips }, step) => {
      const [watched, next] = watchedAndNext(clips!);
      const { prediction } = model.watch(step.variables, watched, model.initialState(sizes.batch));
      const error = (guess: Tensor) => tf.sum(tf.square(tf.sub(guess, next)), [2, 3, 4]);
      return {
        model: error(tf.clipByValue(prediction, 0, 1)),
        copyLast: error(watched),
        linear: error(tf.clipByValue(linearExtrapolation(watched), 0, 1)),
      };
    },
  };
}

/** 2 xₜ − xₜ₋₁; for the first frame, of which no change is known yet, the frame itself. */
function linearExtrapolation(watched: Tensor5D): Tensor {
  const [batch, time, ...frame] = watched.shape;
  const first = tf.slice(watched, [0, 0, 0, 0, 0], [batch, 1, ...frame]);
  if (time === 1) return first;
  const size: [number, number, number, number, number] = [batch, time - 1, ...frame];
  const before = tf.slice(watched, [0, 0, 0, 0, 0], size);
  const now = tf.slice(watched, [0, 1, 0, 0, 0], size);
  return tf.concat([first, tf.sub(tf.mul(now, 2), before)], 1);
}

function advanceEntry(model: VideoModel, batch: number): Entry {
  const { height, width, channels } = model.frame;
  const memory = tf.tidy(() =>
    Object.entries(model.initialState(batch)).map(
      ([name, tensor]) => [`memory.${name}`, tensor.shape] as const,
    ),
  );
  return {
    inputs: {
      frame: { shape: [batch, 1, height, width, channels], dtype: 'float32' },
      ...Object.fromEntries(memory.map(([name, shape]) => [name, { shape, dtype: 'float32' as const }])),
    },
    run: (inputs, step) => {
      const state: Named<Tensor> = {};
      for (const [name] of memory) state[name.slice('memory.'.length)] = inputs[name]!;
      const outlook = model.watch(step.variables, inputs.frame as Tensor5D, state);
      const outputs: Named<Tensor> = { frame: tf.clipByValue(outlook.prediction, 0, 1) };
      for (const [name, tensor] of Object.entries(outlook.state)) outputs[`memory.${name}`] = tensor;
      return outputs;
    },
  };
}
