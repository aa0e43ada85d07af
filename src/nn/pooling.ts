import tf, { type Tensor4D } from '../tensorflow/backend/tf.js';
import { stopGradient } from './stopGradient.js';

/**
 * Windows of `size` × `size` side by side. Rows and columns at the right and lower edge that fill no window are left out, on the
 * way up and on the way down, where nothing is drawn there.
 */
export function pooledSize(length: number, size: number): number {
  return Math.floor(length / size);
}

/** Maximum of each window, `[n, height, width, c]` → `[n, ⌊height / size⌋, ⌊width / size⌋, c]`. */
export function maxPooling(x: Tensor4D, size: number): Tensor4D {
  return tf.maxPool(x, size, size, 'valid');
}

/** Mean of each window, of the same shapes. */
export function meanPooling(x: Tensor4D, size: number): Tensor4D {
  return tf.avgPool(x, size, size, 'valid');
}

/**
 * The place that won each window: 1 there and 0 elsewhere, of the shape of `x`. Exactly one place wins, the first in reading
 * order where several are equal. It is what the gradient of max-pooling gives for ones, which one fast op computes; a constant.
 * @param pooled `maxPooling(x, size)`
 */
export function poolingWinners(x: Tensor4D, pooled: Tensor4D, size: number): Tensor4D {
  const inputs = { dy: tf.ones(pooled.shape), input: stopGradient(x), output: stopGradient(pooled) };
  return tf.engine().runKernel('MaxPoolGrad', inputs, { filterSize: size, strides: size, pad: 'valid' });
}

/** Put each value at the place that won its window, zeros elsewhere: the adjoint of choosing the winners. */
export function unpool(h: Tensor4D, winners: Tensor4D, size: number): Tensor4D {
  const [, height, width] = winners.shape;
  return tf.mul(enlarged(h, size, height, width), winners);
}

/** Give each place of a window its share of the value: the adjoint of `meanPooling` from `height` × `width`. */
export function spread(h: Tensor4D, size: number, height: number, width: number): Tensor4D {
  return enlarged(tf.div(h, size * size), size, height, width);
}

/** Each value repeated over its window, with zeros where there is none. */
export function enlarged(h: Tensor4D, size: number, height: number, width: number): Tensor4D {
  const [, rows, columns] = h.shape;
  const repeated = tf.image.resizeNearestNeighbor(h, [rows * size, columns * size]);
  const [below, right] = [height - rows * size, width - columns * size];
  if (below === 0 && right === 0) return repeated;
  return tf.pad(repeated, [
    [0, 0],
    [0, below],
    [0, right],
    [0, 0],
  ]);
}
