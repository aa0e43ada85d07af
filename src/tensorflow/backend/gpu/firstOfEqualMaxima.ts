import { replaceKernel } from '../replaceKernel.js';
import tf, { type Tensor } from '../tf.js';

/**
 * Gradient of max pooling over windows side by side: of equal maxima the first in reading order gets it, as in TensorFlow. The
 * shaders of tfjs (4.22.0) give it to the last, so that a model which asks which place won would not compute the same.
 * Overlapping windows stay with the backend's own kernel.
 */
export function giveFirstOfEqualMaxima(backend: 'webgl' | 'webgpu'): void {
  const own = tf.getKernel('MaxPoolGrad', backend).kernelFunc;
  replaceKernel(backend, 'MaxPoolGrad', (params) => {
    const { input, dy } = params.inputs as { readonly input: tf.Tensor4D; readonly dy: tf.Tensor4D };
    const { filterSize, strides, pad } = params.attrs as Attributes;
    const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad);
    const { filterHeight: rows, filterWidth: columns, strideHeight, strideWidth } = info;
    const sideBySide = pad === 'valid' && rows === strideHeight && columns === strideWidth;
    return sideBySide ? tf.tidy(() => gradient(input, dy, rows, columns)) : own(params);
  });
}

type Attributes = NonNullable<Parameters<tf.KernelFunc>[0]['attrs']> & {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
};

function gradient(input: tf.Tensor4D, dy: tf.Tensor4D, rows: number, columns: number): tf.Tensor4D {
  const [batch, height, width, channels] = input.shape;
  const [, down, across] = dy.shape;
  const windows = batch * down * across;
  const seen = tf.slice(input, 0, [batch, down * rows, across * columns, channels]);
  const lines = tf.reshape(seen, [batch * down, rows, across * columns * channels]);
  // The values at each place of all windows, place by place in reading order: `[windows, channels]`.
  const places = tf
    .unstack(lines, 1)
    .flatMap((line) => tf.unstack(tf.reshape(line, [windows, columns, channels]), 1));
  const highest = places.reduce((most, place) => tf.maximum(most, place));
  let left: Tensor = tf.reshape(dy, [windows, channels]);
  const shares = places.map((place) => {
    const share = tf.mul(left, tf.cast(tf.equal(place, highest), 'float32'));
    left = tf.sub(left, share);
    return share;
  });
  const whole = Array.from({ length: rows }, (_, row) =>
    tf.reshape(tf.stack(shares.slice(row * columns, (row + 1) * columns), 1), [batch * down, -1]),
  );
  return tf.pad(tf.reshape(tf.stack(whole, 1), [batch, down * rows, across * columns, channels]), [
    [0, 0],
    [0, height - down * rows],
    [0, width - across * columns],
    [0, 0],
  ]) as tf.Tensor4D;
}
