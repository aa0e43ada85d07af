import tf, { type Tensor4D } from '../tensorflow/backend/tf.js';

/**
 * Each channel by a kernel of its own, stride 1, size kept: `[n, height, width, c]` and `[k, k, c, 1]` → `[n, height, width, c]`.
 * A kernel of one pixel is a product.
 */
export function depthwiseConvolution(x: Tensor4D, kernel: Tensor4D): Tensor4D {
  const [height, width, channels] = kernel.shape;
  if (height === 1 && width === 1) return tf.mul(x, tf.reshape(kernel, [channels]));
  return tf.depthwiseConv2d(x, kernel, 1, 'same');
}

/**
 * A kernel whose channels have ‖R‖₁ ≤ `bound` each: a longer one is scaled down to it, a shorter one stays as it is. By Young's
 * inequality |R ∗ m| ≤ ‖R‖₁ max |m|, so nothing that is fed back through it is more than `bound` times as strong.
 * @param kernel `[k, k, c, 1]`
 */
export function boundedKernel(kernel: Tensor4D, bound: number): Tensor4D {
  const norm = tf.sum(tf.abs(kernel), [0, 1], true);
  return tf.mul(kernel, tf.div(bound, tf.maximum(norm, bound)));
}
