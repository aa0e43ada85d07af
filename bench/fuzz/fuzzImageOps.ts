import { required } from '../../src/common/required.js';
import tf, { type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { among, isFloat, type Maker, sizeOf, type Value } from './fuzzValues.js';

/** As an image: `[1 or 2, h, w, c]`. */
function imageShape(value: Value): [number, number, number, number] | undefined {
  const size = sizeOf(value);
  if (size < 4 || size > 400) return undefined;
  for (const channels of [3, 2, 1]) {
    if (size % channels !== 0) continue;
    for (const height of [4, 3, 2])
      if ((size / channels) % height === 0 && size / channels / height > 1)
        return [1, height, size / channels / height, channels];
  }
  return undefined;
}

/** Convolutions, pooling, enlarging: what takes images. */
export const imageOps: Maker = ({ random, pick }) => {
  const x = pick((value) => isFloat(value) && imageShape(value) !== undefined);
  if (!x) return undefined;
  const shape = imageShape(x)!;
  const [, height, width, channels] = shape;
  const w = pick((value) => isFloat(value) && sizeOf(value) > 0);
  if (!w) return undefined;
  const kernel = 1 + random.integer(3);
  const [stride, size] = [1 + random.integer(2), 2 + random.integer(2)];
  const pad = among(random, ['same', 'valid'] as const);
  // A kernel of the wanted shape out of any value: repeated and cut.
  const weights = (value: Tensor, ...wanted: [number, number, number, number]) => {
    const needed = wanted.reduce((a, b) => a * b, 1);
    const row = tf.tile(tf.reshape(value, [-1]), [Math.ceil(needed / sizeOf(w))]);
    return tf.reshape(
      tf.sin(tf.add(tf.slice(row, [0], [needed]), tf.linspace(0, 3, needed))),
      wanted,
    ) as Tensor4D;
  };
  if (pad === 'valid' && Math.max(kernel, size) > Math.min(height, width)) return undefined;
  const ops: Record<string, (p: Tensor4D, k: Tensor) => Tensor> = {
    conv2d: (p, k) => tf.conv2d(p, weights(k, kernel, kernel, channels, 2), stride, pad),
    depthwise: (p, k) => tf.depthwiseConv2d(p, weights(k, kernel, kernel, channels, 1), 1, pad),
    conv2dTranspose: (p, k) =>
      tf.conv2dTranspose(
        p,
        weights(k, kernel, kernel, 2, channels),
        [1, height * stride, width * stride, 2],
        stride,
        'same',
      ),
    maxPool: (p) => tf.maxPool(p, size, stride, pad),
    avgPool: (p) => tf.avgPool(p, size, stride, pad),
    nearest: (p) => tf.image.resizeNearestNeighbor(p, [height * stride, width * 2]),
    nearestOdd: (p) => tf.image.resizeNearestNeighbor(p, [height + 1, width + 2]),
    bilinear: (p) => tf.image.resizeBilinear(p, [height + stride, width + 1]),
    batchNorm: (p) => {
      const { mean, variance } = tf.moments(p, [0, 1, 2]);
      return tf.batchNorm(
        p,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        tf.fill([channels], 0.1),
        tf.fill([channels], 1.1),
        0.01,
      );
    },
  };
  const name = among(random, Object.keys(ops));
  return { name, takes: [x, w], apply: (p, k) => required(ops, name)(tf.reshape(p, shape) as Tensor4D, k) };
};
