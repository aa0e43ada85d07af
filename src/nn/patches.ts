import tf, { type Tensor4D } from '../tensorflow/backend/tf.js';

/**
 * Fold `size` × `size` patches into channels: `[n, height, width, c]` to `[n, ⌈height / size⌉, ⌈width / size⌉, c · size²]`,
 * with zeros past the right and lower edge.
 */
export function foldPatches(x: Tensor4D, size: number): Tensor4D {
  const [n, height, width, channels] = x.shape;
  const [rows, columns] = [Math.ceil(height / size), Math.ceil(width / size)];
  const padded = tf.pad(x, [
    [0, 0],
    [0, rows * size - height],
    [0, columns * size - width],
    [0, 0],
  ]);
  const split = tf.reshape(padded, [n, rows, size, columns, size, channels]);
  return tf.reshape(tf.transpose(split, [0, 1, 3, 2, 4, 5]), [n, rows, columns, size * size * channels]);
}

/** The inverse of `foldPatches`, cut to `height` × `width`. (tfjs' own `depthToSpace` has no gradient.) */
export function unfoldPatches(x: Tensor4D, size: number, height: number, width: number): Tensor4D {
  const [n, rows, columns, folded] = x.shape;
  const channels = folded / (size * size);
  const split = tf.reshape(x, [n, rows, columns, size, size, channels]);
  const placed = tf.transpose(split, [0, 1, 3, 2, 4, 5]);
  const unfolded = tf.reshape(placed, [n, rows * size, columns * size, channels]) as Tensor4D;
  return tf.slice(unfolded, [0, 0, 0, 0], [n, height, width, channels]);
}
