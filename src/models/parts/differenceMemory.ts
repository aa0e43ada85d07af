import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor, type Tensor5D } from '../../tensorflow/backend/tf.js';
import type { Memory } from './memory.js';

/**
 * Differences between frames are about this much smaller than the frames; enlarged, they reach the network at the same size.
 * (Without them as a separate input, the network learned nothing from a talking face of 4,800 frames in 460 steps.)
 */
export const DIFFERENCE_SCALE = 4;

/**
 * Each frame's patches less those of the frame before, enlarged; for a first frame, nothing. All
 * `[batch, time, rows, columns, channels]`; state: the last patches (`before`), and whether there are any (`seen`).
 * @param place rows, columns and channels
 */
export function differenceMemory(place: readonly [number, number, number]): Memory<Tensor5D> {
  return {
    parameters: () => ({}),

    initialState: (batch) => ({
      before: tf.zeros([batch, ...place]),
      // 0 until a frame was seen: the first has no difference.
      seen: tf.zeros([batch, 1, 1, 1]),
    }),

    watch(_, patches, state) {
      const [before, seen] = [tensorOf(state, 'before'), tensorOf(state, 'seen')];
      const [batch, time] = patches.shape;
      const last = tf.slice(patches, [0, time - 1, 0, 0, 0], [batch, 1, ...place]);
      return {
        output: differences(patches, before, seen),
        state: { before: tf.reshape(last, before.shape), seen: tf.onesLike(seen) },
        latents: {},
      };
    },
  };
}

function differences(patches: Tensor5D, before: Tensor, seen: Tensor): Tensor5D {
  const [batch, time, ...place] = patches.shape;
  const first = tf.reshape(tf.slice(patches, [0, 0, 0, 0, 0], [batch, 1, ...place]), before.shape);
  const firstDifference = tf.reshape(tf.mul(tf.sub(first, before), seen), [batch, 1, ...place]) as Tensor5D;
  if (time === 1) return tf.mul(firstDifference, DIFFERENCE_SCALE);
  const now = tf.slice(patches, [0, 1, 0, 0, 0], [batch, time - 1, ...place]);
  const last = tf.slice(patches, [0, 0, 0, 0, 0], [batch, time - 1, ...place]);
  return tf.mul(tf.concat([firstDifference, tf.sub(now, last)], 1), DIFFERENCE_SCALE);
}
