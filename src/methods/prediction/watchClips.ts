import type { VideoModel } from '../../models/videoModel.js';
import tf, { type Tensor, type Tensor5D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';

/**
 * A model's outputs for clips, `[batch, time, h, w, c]` like `watched`. The last `rollout` of them come from watching its own
 * predictions, limited to [0, 1], in place of the real frames: this trains the model to continue on its own.
 */
export function watchClips(
  model: VideoModel,
  parameters: Named<Tensor>,
  watched: Tensor5D,
  rollout: number,
): Tensor5D {
  const [batch, time, ...frame] = watched.shape;
  const shown = time - rollout;
  const start = tf.slice(watched, [0, 0, 0, 0, 0], [batch, shown, ...frame]);
  let { prediction, state } = model.watch(parameters, start, model.initialState(batch));
  const outputs = [prediction];
  let next = tf.slice(prediction, [0, shown - 1, 0, 0, 0], [batch, 1, ...frame]);
  for (let step = 0; step < rollout; step++) {
    ({ prediction, state } = model.watch(parameters, tf.clipByValue(next, 0, 1), state));
    outputs.push(prediction);
    next = prediction;
  }
  return rollout === 0 ? prediction : (tf.concat(outputs, 1) as Tensor5D);
}
