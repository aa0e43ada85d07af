import type { VideoModel } from '../../models/videoModel.js';
import tf, { type Tensor, type Tensor5D } from '../../tensorflow/backend/tf.js';
import { entryOf } from '../../tensorflow/spec/entry.js';
import type { Entry } from '../../tensorflow/spec/program.js';
import { clipsInput, type VideoProgramSizes, watchedAndNext } from './clipFrames.js';

/**
 * Clips → squared error per clip and prediction, `[batch, steps]`, summed over the frame's values: of the model and of the
 * two baselines (copy the last frame; extrapolate each pixel linearly). Cheap, for validation while training.
 */
export function evaluateEntry(model: VideoModel, sizes: VideoProgramSizes): Entry {
  return entryOf({ clips: clipsInput(model.frame, sizes) }, ({ clips }, step) => {
    const [watched, next] = watchedAndNext(clips);
    const { prediction } = model.watch(step.variables, watched, model.initialState(sizes.batch));
    const error = (guess: Tensor, truth: Tensor) => tf.sum(tf.square(tf.sub(guess, truth)), [2, 3, 4]);
    const limited = tf.clipByValue(prediction, 0, 1);
    return {
      model: error(limited, next),
      copyLast: error(watched, next),
      linear: error(tf.clipByValue(linearExtrapolation(watched), 0, 1), next),
      reconstruction: error(limited, watched),
    };
  });
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
