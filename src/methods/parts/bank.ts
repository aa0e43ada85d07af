import { required } from '../../common/required.js';
import { constant } from '../../nn/initializers.js';
import tf, { type Tensor } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';

// A bank keeps a vector of each training sample, and how often the sample was seen: variables `<name>` and `<name>.seen`.

/** An empty bank. */
export function bankVariables(name: string, samples: number, width: number): Named<HostArray> {
  return { [name]: constant([samples, width], 0), [`${name}.seen`]: constant([samples], 0) };
}

/** The vectors of some samples, `[n, width]`, and how often each was seen, `[n]`. */
export function bankRows(kept: Named<Tensor>, name: string, places: Tensor) {
  const at = places as tf.Tensor1D;
  return {
    rows: tf.gather(required(kept, name) as tf.Tensor2D, at),
    seen: tf.gather(required(kept, `${name}.seen`) as tf.Tensor1D, at),
  };
}

/**
 * The bank after these samples: the vector of each moves by `1 − decay` of the way to its new one, all others stay as they are. A sample
 * that comes twice in a step counts once, by the mean of its vectors.
 * @param places `[n]` int32
 * @param vectors `[n, width]`
 */
export function bankAfter(
  kept: Named<Tensor>,
  name: string,
  places: Tensor,
  vectors: tf.Tensor2D,
  decay: number,
): Named<Tensor> {
  const { rows } = bankRows(kept, name, places);
  const same = tf.cast(tf.equal(tf.expandDims(places, 0), tf.expandDims(places, 1)), 'float32');
  const share = tf.reciprocal(tf.sum(same, 1));
  const moved = tf.mul(tf.sub(vectors, rows), tf.mul(tf.expandDims(share, 1), 1 - decay));
  const add = (variable: string, updates: Tensor) => {
    const before = required(kept, variable);
    return tf.add(before, tf.scatterND(tf.expandDims(places, 1), updates, [...before.shape]));
  };
  return { [name]: add(name, moved), [`${name}.seen`]: add(`${name}.seen`, share) };
}
