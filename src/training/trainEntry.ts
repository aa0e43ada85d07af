import type { VideoModel } from '../models/videoModel.js';
import { meanSquaredError } from '../objectives/meanSquaredError.js';
import type { Entry } from '../tensorflow/program.js';
import tf, { type Scalar, type Tensor5D } from '../tensorflow/tf.js';
import { clipsInput, type VideoProgramSizes, watchedAndNext } from './clipFrames.js';
import type { TrainingConfig } from './config.js';
import { watchClips } from './watchClips.js';

/** How one training step is made; a part of the pipeline's `training` settings. */
export type StepSettings = Pick<TrainingConfig, 'optimizer' | 'clipNorm' | 'predict'> &
  Partial<Pick<TrainingConfig, 'target' | 'rollout' | 'adversarial'>>;

/** One step down the squared error. Clips `[batch, steps + 1, h, w, c]` uint8 and a learning rate → loss, gradientNorm. */
export function trainEntry(model: VideoModel, sizes: VideoProgramSizes, settings: StepSettings): Entry {
  const { optimizer, clipNorm, predict, rollout = 0 } = settings;
  return {
    inputs: { clips: clipsInput(model.frame, sizes), learningRate: { shape: [], dtype: 'float32' } },
    run: ({ clips, learningRate }, step) => {
      const [watched, next] = watchedAndNext(clips!);
      const target = settings.target === 'current' ? watched : next;
      const loss = () => {
        const output = watchClips(model, step.variables, watched, rollout);
        return squaredErrorOf(output, target, predict);
      };
      return step.minimize(loss, { optimizer, clipNorm, learningRate: learningRate as Scalar });
    },
  };
}

/** Mean squared error of the outputs that count. */
export function squaredErrorOf(output: Tensor5D, target: Tensor5D, predict: StepSettings['predict']): Scalar {
  return predict === 'every'
    ? meanSquaredError(output, target)
    : meanSquaredError(lastOf(output), lastOf(target));
}

/** The last frame of each clip, `[batch, 1, h, w, c]`. */
export function lastOf(frames: Tensor5D): Tensor5D {
  const [batch, time, ...frame] = frames.shape;
  return tf.slice(frames, [0, time - 1, 0, 0, 0], [batch, 1, ...frame]);
}
