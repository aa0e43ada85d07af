import { describe, expect, it } from 'vitest';
import { eachOf } from '../../src/common/eachOf.js';
import { once } from '../../src/common/once.js';
import { required } from '../../src/common/required.js';
import tf, { type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import { entryOf } from '../../src/tensorflow/spec/entry.js';
import type { ProgramSpec } from '../../src/tensorflow/spec/program.js';
import { native } from './programs.js';

type Op = (x: Tensor) => Tensor;
const modes = native ? (['eager', 'graph'] as const) : (['eager'] as const);
const SIZE = 4;
const square = (x: Tensor) => tf.reshape(x, [1, 2, 2, 1]) as Tensor4D;

/** Each with a curved argument, so that a part that is lost shows: x is near [-0.9, 0.4, 1.2, 1.9]. */
const ops: readonly (readonly [name: string, op: Op])[] = [
  ['relu', (x) => tf.relu(tf.mul(x, tf.square(x)))],
  ['relu6', (x) => tf.relu6(tf.mul(x, tf.square(x)))],
  ['leakyRelu', (x) => tf.leakyRelu(tf.mul(x, tf.square(x)), 0.3)],
  ['prelu', (x) => tf.prelu(tf.mul(x, tf.square(x)), tf.scalar(0.3))],
  ['elu', (x) => tf.elu(x)],
  ['selu', (x) => tf.selu(x)],
  ['sigmoid', (x) => tf.sigmoid(x)],
  ['logSigmoid', (x) => tf.logSigmoid(x)],
  ['tanh', (x) => tf.tanh(x)],
  ['softplus', (x) => tf.softplus(x)],
  ['exp', (x) => tf.exp(x)],
  ['sqrt', (x) => tf.sqrt(tf.add(tf.square(x), 0.5))],
  ['rsqrt', (x) => tf.rsqrt(tf.add(tf.square(x), 0.5))],
  ['reciprocal', (x) => tf.reciprocal(tf.add(tf.square(x), 0.5))],
  ['abs', (x) => tf.abs(tf.mul(x, tf.square(x)))],
  ['pow by a base and by an exponent', (x) => tf.pow(tf.add(tf.square(x), 0.5), x)],
  ['sum', (x) => tf.mul(tf.sum(x), tf.sum(tf.square(x)))],
  ['mean', (x) => tf.square(tf.mean(tf.square(x)))],
  ['norm', (x) => tf.norm(x)],
  ['tile', (x) => tf.square(tf.tile(tf.square(x), [2]))],
  [
    'max, min, maximum, minimum, clip',
    (x) => {
      const y = tf.mul(x, tf.square(x));
      const parts = [
        tf.max(y),
        tf.min(y),
        tf.maximum(y, 0.3),
        tf.minimum(y, 0.7),
        tf.clipByValue(y, -0.5, 1.5),
      ];
      return tf.concat(parts.map((part) => tf.square(tf.reshape(part, [-1]))));
    },
  ],
  ['softmax', (x) => tf.softmax(x)],
  ['logSoftmax', (x) => tf.logSoftmax(x)],
  ['logSumExp', (x) => tf.logSumExp(x)],
  ['softmax cross-entropy', (x) => tf.losses.softmaxCrossEntropy(tf.tensor1d([0, 1, 0, 0]), x)],
  ['sigmoid cross-entropy', (x) => tf.losses.sigmoidCrossEntropy(tf.tensor1d([0, 1, 0, 0]), x)],
  ['Huber loss', (x) => tf.losses.huberLoss(tf.tensor1d([0, 1, 0, 3]), tf.square(x))],
  [
    'a convolution by itself',
    (x) => tf.conv2d(square(x), tf.reshape(tf.sin(x), [2, 2, 1, 1]) as Tensor4D, 1, 'same'),
  ],
  [
    'a depthwise convolution by itself',
    (x) => tf.depthwiseConv2d(square(x), tf.reshape(tf.sin(x), [2, 2, 1, 1]) as Tensor4D, 1, 'same'),
  ],
  [
    'a transposed convolution by itself',
    (x) =>
      tf.conv2dTranspose(square(x), tf.reshape(tf.sin(x), [2, 2, 1, 1]) as Tensor4D, [1, 4, 4, 1], 2, 'same'),
  ],
  ['average pooling', (x) => tf.square(tf.avgPool(square(tf.square(x)), 2, 1, 'same'))],
  [
    'enlarging by the nearest',
    (x) => tf.square(tf.image.resizeNearestNeighbor(square(tf.square(x)), [4, 6])),
  ],
  [
    'enlarging by another factor',
    (x) => tf.square(tf.image.resizeNearestNeighbor(square(tf.square(x)), [3, 5])),
  ],
  ['enlarging bilinearly', (x) => tf.square(tf.image.resizeBilinear(square(tf.square(x)), [3, 5]))],
  ['stacks and splits of one', (x) => tf.square(tf.unstack(tf.stack([tf.split(tf.square(x), 1)[0]!]))[0]!)],
  [
    "a gradient of one's own that saves a result",
    (x) =>
      tf.customGrad((a, save) => {
        const y = tf.exp(a as Tensor);
        (save as tf.GradSaveFunc)([y]);
        return { value: y, gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(dy, saved[0]!) };
      })(x),
  ],
  ...(native
    ? [
        [
          'a border of mirrored values',
          (x: Tensor) =>
            tf.concat(
              (['reflect', 'symmetric'] as const).map((border) => {
                const padding: [number, number][] = [
                  [1, 1],
                  [0, 1],
                ];
                return tf.square(tf.mirrorPad(tf.square(tf.reshape(x, [2, 2])), padding, border));
              }),
            ),
        ] as const,
        [
          'max-pooling',
          (x: Tensor) => tf.square(tf.maxPool(square(tf.mul(x, tf.square(x))), 2, 1, 'same')),
        ] as const,
      ]
    : []),
];

/** Each op's sum, its gradient, that one's slopes along v, and those slopes' slopes along v, all by tfjs' `grad`. */
function orders(...all: readonly Op[]): ProgramSpec {
  const vector = { shape: [SIZE], dtype: 'float32' } as const;
  const look = (op: Op, x: Tensor, v: Tensor) => {
    const loss = (at: Tensor) => {
      const y = op(at);
      return tf.sum(tf.mul(y, tf.reshape(tf.linspace(1, 2, y.size), y.shape)));
    };
    const first = (at: Tensor) => tf.grad(loss)(at);
    const second = (at: Tensor) => tf.grad((z) => tf.sum(tf.mul(first(z), v)))(at);
    const third = (at: Tensor) => tf.grad((z) => tf.sum(tf.mul(second(z), v)))(at);
    return [loss(x), first(x), second(x), third(x)];
  };
  const entry = entryOf({ x: vector, v: vector }, ({ x, v }) =>
    Object.fromEntries(
      all.flatMap((op, i) => look(op, x, v).map((found, order) => [`${i} ${order}`, found])),
    ),
  );
  return { variables: {}, entries: { look: entry } };
}

function difference(a: readonly number[], b: readonly number[]): number {
  const scale = Math.max(...b.map(Math.abs), 1);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / scale;
}

/** How far apart finite differences are taken. */
const STEP = 1 / 128;

describe.each(modes)('gradients of gradients in mode %s', (mode) => {
  // One program for all of them: TensorFlow takes long over each graph.
  const looked = once(() => {
    const program = compile(orders(...ops.map(([, op]) => op)), { mode });
    const [x, v] = [
      [-0.9, 0.4, 1.2, 1.9],
      [0.6, -1, 0.8, 0.5],
    ];
    const [here, above, below] = eachOf([0, STEP, -STEP], (t) =>
      program.run('look', {
        x: Float32Array.from(x, (value, i) => value + t * v[i]!),
        v: Float32Array.from(v),
      }),
    );
    program.dispose();
    return { here: here, above: above, below: below, v };
  });

  it.each(ops.map(([name], i) => [name, i] as const))(
    '%s: all three orders as finite differences say',
    (_, i) => {
      const { here, above, below, v } = looked();
      const slopes = (order: number) =>
        Array.from(
          required(above, `${i} ${order}`).data,
          (up, k) => (up - required(below, `${i} ${order}`).data[k]!) / (2 * STEP),
        );
      const along = v.reduce((sum, slope, k) => sum + slope * required(here, `${i} 1`).data[k]!, 0);
      expect(difference([along], slopes(0))).toBeLessThan(4e-3);
      expect(difference([...required(here, `${i} 2`).data], slopes(1))).toBeLessThan(4e-3);
      expect(difference([...required(here, `${i} 3`).data], slopes(2))).toBeLessThan(8e-3);
    },
  );
});
