import { describe, expect, it } from 'vitest';
import { eachOf } from '../../src/common/eachOf.js';
import { required } from '../../src/common/required.js';
import tf, { type Scalar, type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { enlargedConvolution } from '../../src/tensorflow/backend/wasm/enlargedConvolution.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import { entryOf } from '../../src/tensorflow/spec/entry.js';
import type { ProgramSpec } from '../../src/tensorflow/spec/program.js';
import { native, normal } from './programs.js';

type Op = (x: Tensor, variables: Record<string, Tensor>) => Tensor | Tensor[];

const picture = [2, 6, 6, 3];
const ops: [name: string, shape: number[], op: Op][] = [
  [
    'add, sub, mul, div with broadcasting',
    [3, 4],
    (x) => tf.div(tf.mul(tf.sub(tf.add(x, 1), [1, 2, 3, 4]), x), 3),
  ],
  [
    'maximum, minimum, pow, mod, floorDiv',
    [3, 4],
    (x) => tf.floorDiv(tf.mod(tf.pow(tf.maximum(tf.minimum(x, 0.7), 0.2), 3), 0.4), 0.1),
  ],
  ['atan2, squaredDifference, logAddExp', [3, 4], (x) => tf.squaredDifference(tf.atan2(x, 0.3), x)],
  [
    'rounding',
    [3, 4],
    (x) => tf.stack([tf.floor(x), tf.ceil(x), tf.round(x), tf.sign(x), tf.neg(x), tf.abs(x)]),
  ],
  [
    'exponentials',
    [3, 4],
    (x) => tf.stack([tf.exp(x), tf.expm1(x), tf.log1p(tf.abs(x)), tf.softplus(x), tf.erf(x)]),
  ],
  [
    'trigonometry',
    [3, 4],
    (x) => tf.stack([tf.sin(x), tf.cos(x), tf.tan(x), tf.tanh(x), tf.atan(x), tf.asinh(x)]),
  ],
  [
    'activations',
    [3, 4],
    (x) =>
      tf.stack([
        tf.relu(x),
        tf.relu6(x),
        tf.elu(x),
        tf.selu(x),
        tf.sigmoid(x),
        tf.leakyRelu(x),
        tf.step(x),
        tf.prelu(x, tf.scalar(0.1)),
      ]),
  ],
  [
    'comparisons and logic',
    [3, 4],
    (x) =>
      tf.cast(
        tf.logicalOr(
          tf.logicalAnd(tf.greater(x, 0.2), tf.lessEqual(x, 0.6)),
          tf.logicalNot(tf.notEqual(x, x)),
        ),
        'float32',
      ),
  ],
  ['where', [3, 4], (x) => tf.where(tf.greater(x, 0.5), x, tf.zerosLike(x))],
  [
    'reductions',
    [3, 4, 5],
    (x) => [
      tf.sum(x, 1),
      tf.mean(x, [0, 2]),
      tf.max(x, 1),
      tf.min(x, 0),
      tf.prod(x, 2),
      tf.argMax(x, 1),
      tf.argMin(x, -1),
      tf.logSumExp(x, 1),
      tf.norm(x),
      tf.any(tf.greater(x, 2), 1),
      tf.all(tf.less(x, 2), 1),
    ],
  ],
  [
    'reductions of counts and truths',
    [3, 4],
    (x) => {
      const counts = tf.cast(tf.mul(x, 10), 'int32');
      const truths = tf.greater(x, 0.5);
      return [
        ...[counts, truths].flatMap((values) => [tf.mean(values, 1), tf.sum(values, 0), tf.prod(values)]),
        tf.max(counts, 1),
        tf.min(counts),
        tf.cast(tf.equal(tf.argMax(x, 1), 1), 'float32'),
      ];
    },
  ],
  [
    'moments and batch normalization',
    [6, 4],
    (x) => {
      const { mean, variance } = tf.moments(x, 0);
      return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, undefined, undefined, 1e-3);
    },
  ],
  ['softmax and its logarithm', [3, 4], (x) => tf.add(tf.softmax(x), tf.logSoftmax(x))],
  [
    'shapes',
    [2, 3, 4],
    (x) => tf.squeeze(tf.expandDims(tf.transpose(tf.reshape(x, [4, 3, 2]), [2, 0, 1]), 1), [1]),
  ],
  [
    'joining and parting',
    [4, 6],
    (x) => tf.concat([...tf.split(x, [1, 2, 3], 1), tf.stack(tf.unstack(x, 1), 1), tf.tile(x, [1, 2])], 1),
  ],
  [
    'slices',
    [5, 6],
    (x) => [
      tf.slice(x, [1, 2], [2, -1]),
      tf.stridedSlice(x, [0, 1], [5, 6], [2, 2]),
      tf.reverse(x, 1),
      tf.gather(x, [3, 1], 1),
    ],
  ],
  [
    'padding',
    picture,
    (x) => [
      tf.pad(
        x,
        [
          [0, 0],
          [1, 2],
          [0, 1],
          [0, 0],
        ],
        0.5,
      ),
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 1],
          [2, 1],
          [0, 0],
        ],
        'reflect',
      ),
    ],
  ],
  ['making', [2, 3], (x) => tf.add(tf.add(x, tf.ones([2, 3])), tf.add(tf.fill([2, 3], 0.3), tf.onesLike(x)))],
  [
    'ranges',
    [4],
    (x) => [
      tf.add(x, tf.range(0, 4)),
      tf.mul(x, tf.linspace(0, 1, 4)),
      tf.oneHot(tf.cast(tf.mul(x, 3), 'int32'), 4),
    ],
  ],
  ['cumulative sums', [3, 4], (x) => [tf.cumsum(x, 1), tf.cumprod(x, 1)]],
  [
    'sorting',
    [3, 6],
    (x) => {
      const { values, indices } = tf.topk(x, 3);
      return [values, indices];
    },
  ],
  [
    'matrices',
    [3, 4],
    (x) => [
      tf.matMul(x, x, true),
      tf.matMul(x, x, false, true),
      tf.dot(x, tf.ones([4])),
      tf.outerProduct(tf.unstack(x)[0] as tf.Tensor1D, tf.unstack(x)[1] as tf.Tensor1D),
    ],
  ],
  ['batches of matrices', [2, 3, 4], (x) => tf.matMul(x, x, false, true)],
  ['einsum', [3, 4], (x) => tf.einsum('ij,kj->ik', x, x)],
  [
    'convolutions',
    picture,
    (x, v) => [
      tf.conv2d(x as Tensor4D, v.kernel as Tensor4D, 1, 'same'),
      tf.conv2d(x as Tensor4D, v.kernel as Tensor4D, 2, 'valid'),
      tf.depthwiseConv2d(
        x as Tensor4D,
        tf.slice(v.kernel as Tensor4D, [0, 0, 0, 0], [3, 3, 3, 1]),
        1,
        'same',
      ),
      tf.conv2dTranspose(
        x as Tensor4D,
        tf.transpose(required(v, 'kernel'), [0, 1, 3, 2]) as Tensor4D,
        [2, 12, 12, 2],
        2,
        'same',
      ),
      tf.fused.conv2d({
        x: x as Tensor4D,
        filter: v.kernel as Tensor4D,
        strides: 1,
        pad: 'same',
        bias: tf.tensor1d([1, 2]),
        activation: 'relu',
      }),
    ],
  ],
  [
    'pooling',
    picture,
    (x) => [tf.maxPool(x as Tensor4D, 2, 2, 'same'), tf.avgPool(x as Tensor4D, 3, 1, 'valid')],
  ],
  [
    'resizing',
    picture,
    (x) => [
      tf.image.resizeNearestNeighbor(x as Tensor4D, [12, 12]),
      tf.image.resizeBilinear(x as Tensor4D, [9, 9]),
      tf.image.flipLeftRight(x as Tensor4D),
    ],
  ],
  [
    'space and depth',
    [2, 4, 4, 4],
    (x) => [
      tf.depthToSpace(x as Tensor4D, 2),
      tf.spaceToBatchND(
        x,
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
    ],
  ],
  ['spectra', [3, 8], (x) => tf.abs(tf.spectral.rfft(x))],
  [
    'losses',
    [3, 4],
    (x) =>
      tf.stack([
        tf.losses.meanSquaredError(tf.zerosLike(x), x),
        tf.losses.huberLoss(tf.zerosLike(x), x),
        tf.losses.sigmoidCrossEntropy(tf.onesLike(x), x),
        tf.losses.absoluteDifference(tf.zerosLike(x), x),
      ]),
  ],
  [
    'checks for strange numbers',
    [3, 4],
    (x) => tf.stack([tf.isNaN(x), tf.isFinite(tf.div(x, 0)), tf.isInf(tf.div(x, 0))]),
  ],
];

function program(op: Op, shape: number[]): ProgramSpec {
  const entry = entryOf({ x: { shape, dtype: 'float32' } }, ({ x }, { variables }) => {
    const results = op(x, variables);
    const all = Array.isArray(results) ? results : [results];
    return Object.fromEntries(all.map((result, i) => [`y${i}`, result]));
  });
  return { variables: { kernel: normal([3, 3, 3, 2], 0.5) }, entries: { work: entry } };
}

describe.runIf(native)('a graph computes what tfjs computes', () => {
  it.each(ops)('%s', (_, shape, op) => {
    const x = normal(shape, 0.7, 5).data.map((value) => Math.abs(value % 1));
    const [graph, eager] = eachOf(['graph', 'eager'], (mode) => {
      const compiled = compile(program(op, shape), { mode });
      const results = compiled.run('work', { x });
      compiled.dispose();
      return results;
    });
    expect(Object.keys(graph)).toEqual(Object.keys(eager));
    for (const [name, { shape: expectedShape, data }] of Object.entries(eager)) {
      expect(required(graph, name).shape).toEqual(expectedShape);
      for (const [i, value] of required(graph, name).data.entries()) expect(value).toBeCloseTo(data[i]!, 4);
    }
  });
});

describe.runIf(native)('cheaper ops that a graph puts in place give the same', () => {
  const kernels: [string, number[], number | [number, number], 'same' | 'valid'][] = [
    ['few filters', [3, 3, 8, 1], 1, 'same'],
    ['few filters of odd, unequal sides', [5, 1, 8, 2], 1, 'same'],
    ['few filters of even sides', [2, 2, 8, 1], 1, 'same'],
    ['few filters with strides', [3, 3, 8, 1], 2, 'same'],
    ['few filters without padding', [3, 3, 8, 1], 1, 'valid'],
  ];

  it.each(kernels)('gradient of a convolution: %s', (_, shape, strides, pad) => {
    const spec: ProgramSpec = {
      variables: { kernel: normal(shape, 0.5), bias: normal([shape[3]!], 1) },
      entries: {
        train: {
          inputs: { x: { shape: [2, 6, 6, 8], dtype: 'float32' } },
          run: ({ x }, step) => {
            const { kernel, bias } = step.variables;
            const loss = () =>
              tf.mean(
                tf.square(tf.add(tf.conv2d(x as Tensor4D, kernel as Tensor4D, strides, pad), bias!)),
              ) as Scalar;
            return step.minimize(loss, { optimizer: { kind: 'sgd' }, learningRate: tf.scalar(1) });
          },
        },
      },
    };
    const [graph, eager] = eachOf(['graph', 'eager'], (mode) => {
      const compiled = compile(spec, { mode });
      compiled.run('train', { x: normal([2, 6, 6, 8], 1, 3).data });
      const { kernel, bias } = compiled.state();
      compiled.dispose();
      return [...kernel!.data, ...bias!.data];
    });
    for (const [i, value] of graph.entries()) expect(value).toBeCloseTo(eager[i]!, 5);
  });
});

describe('the convolution of an enlarged map', () => {
  it.each([
    [3, 4, 2],
    [5, 3, 1],
    [1, 2, 3],
  ])(
    'is that of the map with its pixels repeated, and so are its gradients: kernel %i',
    (side, inputs, filters) => {
      const x = tf.tensor(normal([2, 4, 5, inputs], 1).data, [2, 4, 5, inputs]);
      const weight = tf.tensor(normal([side, side, inputs, filters], 1, 2).data, [
        side,
        side,
        inputs,
        filters,
      ]);
      const plain = (a: Tensor, w: Tensor) =>
        tf.conv2d(tf.image.resizeNearestNeighbor(a as Tensor4D, [8, 10]), w as Tensor4D, 1, 'same');
      const [short, long] = eachOf(
        [(a: Tensor, w: Tensor) => enlargedConvolution(a as Tensor4D, w as Tensor4D), plain],
        (f) => {
          const gradients = tf.grads((a, w) => tf.sum(tf.sin(f(a, w))))([x, weight]);
          return [f(x, weight), ...gradients].map((t) => t.dataSync());
        },
      );
      short.forEach((values, part) => {
        for (const [i, value] of values.entries()) expect(value).toBeCloseTo(long[part]![i]!, 3);
      });
      tf.disposeVariables();
      tf.dispose([x, weight]);
    },
  );
});
