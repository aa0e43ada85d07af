import type { VideoModel } from '../../models/videoModel.js';
import { meanSquaredError } from '../../objectives/images/meanSquaredError.js';
import tf, { type Scalar, type Tensor5D } from '../../tensorflow/backend/tf.js';
import { entryOf } from '../../tensorflow/spec/entry.js';
import type { Entry } from '../../tensorflow/spec/program.js';
import type { StepOptimizer } from '../settings/optimizer.js';
import { clipsInput, type VideoProgramSizes, watchedAndNext } from './clipFrames.js';
import { watchClips } from './watchClips.js';

/** How one training step is made. */
export interface PredictionSettings extends StepOptimizer {
  /** Which outputs count: that of every frame, or only that of a clip's last frame. */
  readonly predict: 'every' | 'last';
  /** What the output at each frame should be: the next frame, or the frame itself. */
  readonly target: 'next' | 'current';
  /** How many of the last frames watched are replaced by the model's own predictions. */
  readonly rollout: number;
}

/** One step down the squared error. Clips `[batch, steps + 1, h, w, c]` uint8 and a learning rate → loss, gradientNorm. */
export function predictionStep(
  model: VideoModel,
  sizes: VideoProgramSizes,
  { optimizer, clipNorm, predict, target: wanted, rollout }: PredictionSettings,
): Entry {
  const inputs = {
    clips: clipsInput(model.frame, sizes),
    learningRate: { shape: [], dtype: 'float32' },
  } as const;
  return entryOf(inputs, ({ clips, learningRate }, step) => {
    const [watched, next] = watchedAndNext(clips);
    const target = wanted === 'current' ? watched : next;
    const loss = () => {
      const output = watchClips(model, step.variables, watched, rollout);
      return squaredErrorOf(output, target, predict);
    };
    return step.minimize(loss, { optimizer, clipNorm, learningRate });
  });
}

/** Mean squared error of the outputs that count. */
export function squaredErrorOf(
  output: Tensor5D,
  target: Tensor5D,
  predict: PredictionSettings['predict'],
): Scalar {
  return predict === 'every'
    ? meanSquaredError(output, target)
    : meanSquaredError(lastOf(output), lastOf(target));
}

/** The last frame of each clip, `[batch, 1, h, w, c]`. */
export function lastOf(frames: Tensor5D): Tensor5D {
  const [batch, time, ...frame] = frames.shape;
  return tf.slice(frames, [0, time - 1, 0, 0, 0], [batch, 1, ...frame]);
}
