import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor, type Tensor5D } from '../../tensorflow/backend/tf.js';
import { DIFFERENCE_SCALE } from './differenceMemory.js';
import type { Memory } from './memory.js';

/**
 * Each frame's patches beside their last `history − 1` differences, newest first: `[batch, time, rows, columns, channels]` to
 * `[batch, time, rows, columns, channels · history]`. State: the patches of the last frames (`past`), and which of them there are
 * (`seen`).
 * @param place rows, columns and channels
 */
export function frameStackMemory(
  place: readonly [number, number, number],
  history: number,
): Memory<Tensor5D> {
  return {
    parameters: () => ({}),

    initialState: (batch) => ({
      past: tf.zeros([batch, history - 1, ...place]),
      // 0 until a frame was seen: there is no difference from a missing frame.
      seen: tf.zeros([batch, history - 1, 1, 1, 1]),
    }),

    watch(_, patches, state) {
      const [batch, time] = patches.shape;
      const all = tf.concat([tensorOf(state, 'past'), patches], 1);
      const seen = tf.concat([tensorOf(state, 'seen'), tf.ones([batch, time, 1, 1, 1])], 1);
      return {
        output: stackFrames(all, seen, history, time),
        state: { past: tail(all, history - 1), seen: tail(seen, history - 1) },
        latents: {},
      };
    },
  };
}

/**
 * @param all `[batch, history − 1 + time, rows, columns, c]`, what was seen before and now
 * @param seen `[batch, history − 1 + time, 1, 1, 1]`, 1 where there was a frame
 */
function stackFrames(all: Tensor, seen: Tensor, history: number, time: number): Tensor5D {
  const at = (x: Tensor, back: number) => {
    const [batch, , ...rest] = x.shape;
    return tf.slice(x, [0, history - 1 - back, 0, 0, 0], [batch, time, ...rest]);
  };
  const parts = [at(all, 0)];
  for (let back = 1; back < history; back++) {
    const difference = tf.sub(at(all, back - 1), at(all, back));
    parts.push(tf.mul(tf.mul(difference, at(seen, back)), DIFFERENCE_SCALE));
  }
  return tf.concat(parts, 4) as Tensor5D;
}

function tail(x: Tensor, length: number): Tensor {
  const [batch, time, ...rest] = x.shape;
  return tf.slice(x, [0, time! - length, 0, 0, 0], [batch, length, ...rest]);
}
