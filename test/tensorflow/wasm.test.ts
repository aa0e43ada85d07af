import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { loadTensorFlow, type TensorFlowInfo } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import { loadWasm } from '../../src/tensorflow/backend/wasm/wasm.js';

type Case = readonly [name: string, shapes: readonly number[][], f: (...inputs: Tensor[]) => Tensor];

const image = [2, 7, 8, 3];
const conv = (stride: number, pad: 'same' | 'valid' | number, size = 3): Case => [
  `conv2d ${size}x${size} stride ${stride} ${pad}`,
  [image, [size, size, 3, 4]],
  (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad),
];
/** A constant picture. */
const ramp = (shape: readonly number[]) =>
  tf.reshape(
    tf.sin(tf.range(0, tf.util.sizeFromShape([...shape]))),
    shape as [number, number, number, number],
  ) as tf.Tensor4D;
const unary = (name: string, f: (x: Tensor) => Tensor): Case => [name, [[3, 5]], f];

/** What the models of this project differentiate through. */
const CASES: readonly Case[] = [
  conv(1, 'same'),
  conv(1, 'valid'),
  conv(2, 'same'),
  conv(2, 'valid'),
  conv(1, 'same', 5),
  conv(2, 'same', 4),
  conv(3, 'same', 2),
  conv(2, 'same', 1),
  conv(2, 1, 3),
  // Padding wider than the kernel reaches.
  conv(1, 1, 1),
  [
    'conv2dTranspose',
    [
      [2, 4, 5, 3],
      [4, 4, 6, 3],
    ],
    (x, w) => tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [2, 8, 10, 6], 2, 'same'),
  ],
  [
    'depthwiseConv2d by its kernel',
    [[3, 3, 3, 1]],
    (w) => tf.depthwiseConv2d(ramp(image), w as tf.Tensor4D, 1, 'same'),
  ],
  [
    'depthwiseConv2d by an even kernel',
    [[4, 2, 3, 1]],
    (w) => tf.depthwiseConv2d(ramp(image), w as tf.Tensor4D, 1, 'same'),
  ],
  ['maxPool', [image], (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid')],
  ['maxPool overlapping', [image], (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 'same')],
  ['avgPool', [image], (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, 'same')],
  ['resizeNearestNeighbor', [image], (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [14, 16])],
  ['resizeBilinear', [image], (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [14, 16])],
  [
    'matMul',
    [
      [4, 5],
      [5, 6],
    ],
    (a, b) => tf.matMul(a, b),
  ],
  [
    'matMul transposed',
    [
      [5, 4],
      [6, 5],
    ],
    (a, b) => tf.matMul(a, b, true, true),
  ],
  unary('sigmoid', tf.sigmoid),
  unary('tanh', tf.tanh),
  unary('relu', tf.relu),
  unary('leakyRelu', (x) => tf.leakyRelu(x, 0.2)),
  unary('elu', tf.elu),
  unary('softplus', tf.softplus),
  unary('exp', tf.exp),
  unary('log', (x) => tf.log(tf.add(tf.square(x), 0.5))),
  unary('sqrt', (x) => tf.sqrt(tf.add(tf.square(x), 0.5))),
  unary('abs', tf.abs),
  unary('softmax', (x) => tf.softmax(x)),
  unary('logSoftmax', (x) => tf.logSoftmax(x)),
  unary('clip', (x) => tf.clipByValue(x, -0.5, 0.5)),
  unary('slice', (x) => tf.slice(x, [1, 2], [2, 2])),
  unary('reshape and transpose', (x) => tf.transpose(tf.reshape(x, [5, 3]))),
  unary('pad', (x) =>
    tf.pad(x, [
      [1, 2],
      [0, 1],
    ]),
  ),
  unary('split', (x) => tf.mul(tf.split(x, [2, 3], 1)[1]!, 2)),
  unary('gather', (x) => tf.gather(x, tf.tensor1d([0, 2, 2], 'int32'))),
  unary('tile', (x) => tf.tile(x, [2, 1])),
  unary('max', (x) => tf.max(x, 1)),
  [
    'concat',
    [
      [2, 3],
      [2, 4],
    ],
    (a, b) => tf.concat([a, b], 1),
  ],
  [
    'stack and unstack',
    [
      [2, 3],
      [2, 3],
    ],
    (a, b) => tf.add(tf.unstack(tf.stack([a, b], 1), 1)[0]!, tf.mul(b, a)),
  ],
  [
    'broadcast arithmetic',
    [
      [4, 3],
      [1, 3],
    ],
    (a, b) => tf.div(tf.sub(tf.mul(a, b), b), tf.add(tf.square(b), 1)),
  ],
  [
    'batch normalization by moments',
    [image, [3], [3]],
    (x, scale, offset) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-3))), scale), offset);
    },
  ],
  [
    'LSTM cell',
    [[2, 3], [2, 4], [2, 4], [7, 16], [16]],
    (x, h, c, kernel, bias) => {
      const gates = tf.add(tf.matMul(tf.concat([x, h], 1), kernel), bias);
      const [i, f, g, o] = tf.split(gates, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
      const cell = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
      return tf.mul(tf.sigmoid(o), tf.tanh(cell));
    },
  ],
];

const normals = (random: Random, shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  );

/** Loss, its gradients, and the slope along a random direction measured by differences, on the backend in use. */
function differentiate([name, shapes, f]: Case) {
  return tf.tidy(() => {
    const random = Random.for(1, name);
    const inputs = shapes.map((shape) => normals(random, [...shape]));
    const weights = normals(random, f(...inputs).shape);
    const loss = (...values: Tensor[]) => tf.sum(tf.mul(f(...values), weights)) as tf.Scalar;
    const gradients = tf.grads(loss)(inputs);
    const directions = shapes.map((shape) => normals(random, [...shape]));
    const step = 1e-3;
    const at = (t: number) =>
      loss(...inputs.map((x, i) => tf.add(x, tf.mul(directions[i]!, t)))).dataSync()[0]!;
    const slope = gradients.reduce((sum, g, i) => sum + tf.sum(tf.mul(g, directions[i]!)).dataSync()[0]!, 0);
    return {
      gradients: gradients.map((g) => [...g.dataSync()]),
      slope,
      measured: (at(step) - at(-step)) / (2 * step),
    };
  });
}

describe('wasm fallback', () => {
  let info: TensorFlowInfo;
  beforeAll(async () => {
    info = await loadTensorFlow();
    await loadWasm();
  });

  it.each(CASES)('gradient of %s', async (...testCase) => {
    await tf.setBackend('wasm');
    const wasm = differentiate(testCase);
    expect(Math.abs(wasm.slope - wasm.measured)).toBeLessThan(0.02 * Math.max(1, Math.abs(wasm.measured)));
    // Native TensorFlow takes no padding in numbers.
    if (info.backend !== 'tensorflow' || / \d$/.test(testCase[0])) return;
    await tf.setBackend('tensorflow');
    const native = differentiate(testCase);
    for (const [i, gradient] of native.gradients.entries()) {
      const scale = Math.max(1, ...gradient.map(Math.abs));
      const worst = Math.max(...gradient.map((value, k) => Math.abs(value - wasm.gradients[i]![k]!)));
      expect(worst / scale).toBeLessThan(1e-4);
    }
  });
});
