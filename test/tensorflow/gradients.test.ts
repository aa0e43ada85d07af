import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import tf, { type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { useNativeGradients } from '../../src/tensorflow/gradients/gradients.js';
import { native, normal } from './programs.js';

type Op = (x: Tensor) => Tensor;

const picture: [number, number, number, number] = [2, 4, 4, 3];

const kernel = normal([3, 3, 3, 5], 0.5, 7);
const cases: [name: string, shape: readonly number[], op: Op, positive: boolean][] = [
  ['relu', [4, 5], (x) => tf.relu(x), false],
  ['relu6', [4, 5], (x) => tf.relu6(tf.mul(x, 5)), false],
  ['leakyRelu', [4, 5], (x) => tf.leakyRelu(x, 0.3), false],
  ['leakyRelu that turns', [4, 5], (x) => tf.leakyRelu(x, -0.3), false],
  ['elu', [4, 5], (x) => tf.elu(x), false],
  ['selu', [4, 5], (x) => tf.selu(x), false],
  ['sigmoid', [4, 5], (x) => tf.sigmoid(x), false],
  ['tanh', [4, 5], (x) => tf.tanh(x), false],
  ['softplus', [4, 5], (x) => tf.softplus(x), false],
  ['sqrt', [4, 5], (x) => tf.sqrt(x), true],
  ['rsqrt', [4, 5], (x) => tf.rsqrt(x), true],
  ['reciprocal', [4, 5], (x) => tf.reciprocal(x), true],
  ['abs', [4, 5], (x) => tf.abs(x), false],
  ['sum over some axes', [3, 4, 5], (x) => tf.sum(x, [0, 2]), false],
  ['sum over all', [3, 4], (x) => tf.sum(x), false],
  ['sum, axes kept', [3, 4, 5], (x) => tf.sum(x, -1, true), false],
  ['mean over some axes', [3, 4, 5], (x) => tf.mean(x, [1]), false],
  ['mean over all', [3, 4], (x) => tf.mean(x), false],
  ['tile', [2, 3, 1], (x) => tf.tile(x, [2, 1, 4]), false],
  ['unstack of one', [1, 5], (x) => tf.square(tf.unstack(x, 0)[0]!), false],
  ['unstack of one, from the back', [4, 1], (x) => tf.square(tf.unstack(x, -1)[0]!), false],
  ['unstack of several', [3, 5], (x) => tf.mul(tf.unstack(x, 0)[0]!, tf.unstack(x, 0)[2]!), false],
  ['split into one', [4, 5], (x) => tf.square(tf.split(x, 1, 1)[0]!), false],
  ['split by a size', [4, 5], (x) => tf.square(tf.split(x, [5], -1)[0]!), false],
  ['softmax', [4, 5], (x) => tf.softmax(x), false],
  ['logSoftmax', [4, 5], (x) => tf.logSoftmax(x), false],
  ['max', [4, 5], (x) => tf.max(x, 1), false],
  ['maxPool', picture, (x) => tf.maxPool(x as Tensor4D, 2, 2, 'same'), false],
  ['avgPool', picture, (x) => tf.avgPool(x as Tensor4D, 2, 2, 'same'), false],
  ['resizeNearestNeighbor by a whole factor', picture, (x) => nearest(x, [8, 12]), false],
  ['resizeNearestNeighbor by another factor', picture, (x) => nearest(x, [7, 6]), false],
  ['resizeNearestNeighbor to fewer pixels', picture, (x) => nearest(x, [2, 2]), false],
  ['resizeBilinear', picture, (x) => tf.image.resizeBilinear(x as Tensor4D, [8, 8]), false],
  ['conv2d', picture, (x) => tf.conv2d(x as Tensor4D, weights(), 1, 'same'), false],
  ['conv2d with strides', picture, (x) => tf.conv2d(x as Tensor4D, weights(), 2, 'same'), false],
  [
    'conv2d by its kernel',
    [3, 3, 3, 5],
    (w) => tf.conv2d(tf.tensor(normal(picture, 1).data, picture) as Tensor4D, w as Tensor4D, 1, 'same'),
    false,
  ],
  [
    'conv2dTranspose',
    [2, 4, 4, 5],
    (x) => tf.conv2dTranspose(x as Tensor4D, weights(), [2, 8, 8, 3], 2, 'same'),
    false,
  ],
  ['matMul', [4, 5], (x) => tf.matMul(x, tf.tensor(normal([5, 3], 1).data, [5, 3])), false],
  ['matMul with itself transposed', [4, 5], (x) => tf.matMul(x, x, false, true), false],
  [
    'slice and concat',
    [4, 6],
    (x) => tf.concat([tf.slice(x, [0, 1], [4, 2]), tf.slice(x, [0, 3], [4, 3])], 1),
    false,
  ],
  ['stack and unstack', [4, 6], (x) => tf.stack(tf.unstack(x, 1).map((row, i) => tf.mul(row, i + 1))), false],
  ['clipByValue', [4, 5], (x) => tf.clipByValue(x, -0.5, 0.7), false],
  ['batchNorm by moments', [6, 3], normalized, false],
];

function weights(): Tensor4D {
  return tf.tensor4d(kernel.data, [3, 3, 3, 5]);
}

function nearest(x: Tensor, size: [number, number]): Tensor {
  return tf.image.resizeNearestNeighbor(x as Tensor4D, size);
}

function normalized(x: Tensor): Tensor {
  const { mean, variance } = tf.moments(x, 0);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-3)));
}

/** Values that keep away from kinks and from each other: a finite difference must not step over one. */
function values(shape: readonly number[], positive: boolean): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const random = new Random(size);
  const order = Array.from({ length: size }, (_, i) => ({ i, key: random.uniform() })).sort(
    (a, b) => a.key - b.key,
  );
  const data = new Float32Array(size);
  order.forEach(({ i }, rank) => {
    data[i] = ((rank + 0.5) / size) * 3 - (positive ? -0.2 : 1.5);
  });
  return data;
}

/** The gradient of Σ c · op(x) for fixed random c. */
function analytic(op: Op, shape: readonly number[], positive: boolean): ArrayLike<number> {
  return tf.tidy(() => {
    const x = tf.tensor(values(shape, positive), [...shape]);
    const weighted = (at: Tensor) => {
      const y = op(at);
      return tf.sum(tf.mul(y, tf.tensor(normal(y.shape, 1, 11).data, y.shape)));
    };
    return tf.grad(weighted)(x).dataSync();
  });
}

/** The same by finite differences, summed in double precision. */
function numeric(op: Op, shape: readonly number[], positive: boolean): number[] {
  const step = 2 ** -8;
  const x = values(shape, positive);
  return Array.from(x, (value, i) => {
    const at = (sign: number) =>
      tf.tidy(() => {
        const moved = x.slice();
        moved[i] = value + sign * step;
        const y = op(tf.tensor(moved, [...shape]));
        return { shape: y.shape, data: Array.from(y.dataSync()) };
      });
    const [above, below] = [at(1), at(-1)];
    const c = normal(above.shape, 1, 11).data;
    return above.data.reduce((sum, up, j) => sum + c[j]! * (up - below.data[j]!), 0) / (2 * step);
  });
}

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const scale = Math.max(...Array.from(b, Math.abs), 1e-3);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!))) / scale;
}

describe.runIf(native)('gradients on native TensorFlow', () => {
  const own = new Map<string, ArrayLike<number>>();

  beforeAll(() => {
    for (const [name, shape, op, positive] of cases) own.set(name, analytic(op, shape, positive));
    useNativeGradients();
  });

  it.each(cases)('%s: as finite differences say', (_, shape, op, positive) => {
    expect(difference(analytic(op, shape, positive), numeric(op, shape, positive))).toBeLessThan(1e-3);
  });

  it.each(cases)("%s: as tfjs' own", (name, shape, op, positive) => {
    expect(difference(analytic(op, shape, positive), own.get(name)!)).toBeLessThan(2e-6);
  });

  it('step keeps not-a-number and takes its slope', () => {
    const x = tf.tensor1d([-1, 0, 2, Number.NaN]);
    expect([...tf.step(x, 0.5).dataSync()]).toEqual([0.5, 0.5, 1, Number.NaN]);
    expect([...tf.step(x).dataSync()]).toEqual([0, 0, 1, Number.NaN]);
  });
});
