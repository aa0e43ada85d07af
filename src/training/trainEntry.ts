import type { VideoModel } from '../models/videoModel.js';
import { meanSquaredError } from '../objectives/meanSquaredError.js';
import type { Entry } from '../tensorflow/program.js';
import tf, { type Scalar, type Tensor5D } from '../tensorflow/tf.js';
import { clipsInput, type VideoProgramSizes, watchedAndNext } from './clipFrames.js';
import type { TrainingConfig } from './config.js';
import { watchClips } from './watchClips.js';

/** How one training step is made; a part of the pipeline's `training` settings. */
export type StepSettings = Pick<TrainingConfig, 'optimizer' | 'clipNorm' | 'predict'> &
  Partial<Pick<TrainingConfig, 'target' | 'rollout' | 'firstWeight' | 'adversarial'>>;

/** One step down the squared error. Clips `[batch, steps + 1, h, w, c]` uint8 and a learning rate → loss, gradientNorm. */
export function trainEntry(model: VideoModel, sizes: VideoProgramSizes, settings: StepSettings): Entry {
  const { optimizer, clipNorm, predict, rollout = 0, firstWeight = 1 } = settings;
  return {
    inputs: { clips: clipsInput(model.frame, sizes), learningRate: { shape: [], dtype: 'float32' } },
    run: ({ clips, learningRate }, step) => {
      const [watched, next] = watchedAndNext(clips!);
      const target = settings.target === 'current' ? watched : next;
      const loss = () => {
        const output = watchClips(model, step.variables, watched, rollout);
        return squaredErrorOf(output, target, predict, firstWeight);
      };
      return step.minimize(loss, { optimizer, clipNorm, learningRate: learningRate as Scalar });
    },
  };
}

/** Mean squared error of the outputs that count; the first of each clip weighs `firstWeight` against the others' 1. */
export function squaredErrorOf(
  output: Tensor5D,
  target: Tensor5D,
  predict: StepSettings['predict'],
  firstWeight = 1,
): Scalar {
  if (predict === 'last') return meanSquaredError(lastOf(output), lastOf(target));
  const time = output.shape[1];
  if (firstWeight === 1 || time === 1) return meanSquaredError(output, target);
  const first = meanSquaredError(timesOf(output, 0, 1), timesOf(target, 0, 1));
  const others = meanSquaredError(timesOf(output, 1, time), timesOf(target, 1, time));
  return tf.div(tf.add(tf.mul(first, firstWeight), tf.mul(others, time - 1)), firstWeight + time - 1);
}

/** The last frame of each clip, `[batch, 1, h, w, c]`. */
export function lastOf(frames: Tensor5D): Tensor5D {
  return timesOf(frames, frames.shape[1] - 1, frames.shape[1]);
}

/** Frames `from` to before `to` of each clip. */
function timesOf(frames: Tensor5D, from: number, to: number): Tensor5D {
  const [batch, , ...frame] = frames.shape;
  return tf.slice(frames, [0, from, 0, 0, 0], [batch, to - from, ...frame]);
}
