import tf from '../tf.js';

type Info = tf.backend_util.Conv2DInfo;

/**
 * The gradient of a convolution's input, and with it the transposed convolution: itself a convolution, of the output's gradient with
 * zeros between and around its values by the filter turned round. tfjs' own kernel (4.22.0) is a plain loop; a convolution goes
 * through XNNPACK.
 * @param dy `[batch, outHeight, outWidth, out]`
 * @param filter `[filterHeight, filterWidth, in, out]`
 * @returns `[batch, inHeight, inWidth, in]`
 */
export function convolutionInputGradient(dy: tf.Tensor4D, filter: tf.Tensor4D, info: Info): tf.Tensor4D {
  const { inHeight, inWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  return tf.tidy(() => {
    const spread = withZerosBetween(dy, strideHeight, strideWidth);
    const [, height, width] = spread.shape;
    const top = filterHeight - 1 - padInfo.top;
    const left = filterWidth - 1 - padInfo.left;
    const wide = bordered(spread, {
      top,
      bottom: inHeight + filterHeight - 1 - top - height,
      left,
      right: inWidth + filterWidth - 1 - left - width,
    });
    const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
    return tf.conv2d(wide, turned, 1, 'valid');
  });
}

/** `x` with so many rows and columns of zeros around it; a number below 0 takes that many of its own away. */
function bordered(x: tf.Tensor4D, { top, bottom, left, right }: Record<Side, number>): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const cut = (before: number, after: number, size: number) =>
    size + Math.min(0, before) + Math.min(0, after);
  const inner = tf.slice(
    x,
    [0, Math.max(0, -top), Math.max(0, -left), 0],
    [batch, cut(top, bottom, height), cut(left, right, width), channels],
  );
  return tf.pad(inner, [
    [0, 0],
    [Math.max(0, top), Math.max(0, bottom)],
    [Math.max(0, left), Math.max(0, right)],
    [0, 0],
  ]);
}

type Side = 'top' | 'bottom' | 'left' | 'right';

/** `down` − 1 rows of zeros between any two rows, `across` − 1 columns of zeros between any two columns. */
function withZerosBetween(x: tf.Tensor4D, down: number, across: number): tf.Tensor4D {
  if (down === 1 && across === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const rows = followedByZeros(x, batch * height, width * channels, down);
  const all = followedByZeros(rows, batch * height * down * width, channels, across);
  const whole: tf.Tensor4D = tf.reshape(all, [batch, height * down, width * across, channels]);
  return tf.slice(whole, 0, [batch, (height - 1) * down + 1, (width - 1) * across + 1, channels]);
}

/** So many stretches of values, each followed by zeros to `times` its length. */
function followedByZeros(x: tf.Tensor, stretches: number, length: number, times: number): tf.Tensor {
  return tf.pad(tf.reshape(x, [stretches, length]), [
    [0, 0],
    [0, (times - 1) * length],
  ]);
}
