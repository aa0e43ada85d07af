import tf, { type Tensor4D } from '../../tensorflow/backend/tf.js';

/**
 * The gradient of `sharpness` (Mathieu, Couprie & LeCun 2016, arXiv 1511.05440):
 * |x[i, j] − x[i − 1, j]| + |x[i, j] − x[i, j − 1]| at every value that has both neighbours, `[n, h, w, c]` →
 * `[n, h − 1, w − 1, c]`.
 */
export function absoluteGradient(frames: Tensor4D): Tensor4D {
  const [n, height, width, channels] = frames.shape;
  const size: [number, number, number, number] = [n, height - 1, width - 1, channels];
  const here = tf.slice(frames, [0, 1, 1, 0], size);
  const above = tf.slice(frames, [0, 0, 1, 0], size);
  const before = tf.slice(frames, [0, 1, 0, 0], size);
  return tf.add(tf.abs(tf.sub(here, above)), tf.abs(tf.sub(here, before)));
}

/** Mean absolute gradient of each frame, `[n, h, w, c]` → `[n]`: prediction's ÷ truth's is 1 where they are equally sharp. */
export function meanAbsoluteGradient(frames: Tensor4D): tf.Tensor1D {
  return tf.mean(absoluteGradient(frames), [1, 2, 3]);
}
