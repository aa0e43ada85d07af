import { describe, expect, it } from 'vitest';
import { DataType } from '../../src/tensorflow/backend/native.js';
import tf, { type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { namedTrace } from '../../src/tensorflow/export/exportOnnx.js';
import { openEntry } from '../../src/tensorflow/export/openEntry.js';
import type { SizedProgram } from '../../src/tensorflow/export/sizedProgram.js';
import { reachable } from '../../src/tensorflow/graph/graph.js';
import { VariableTable } from '../../src/tensorflow/graph/variableTable.js';
import { OnnxGraph } from '../../src/tensorflow/onnx/onnxGraph.js';
import { rules } from '../../src/tensorflow/onnx/rules/index.js';
import type { Named } from '../../src/tensorflow/spec/program.js';
import { native, normal } from '../tensorflow/programs.js';
import { computed, difference, drawn, exported, withOnnx } from './exported.js';
import { anySize, sizedRows } from './openProgram.js';

type Compute = (x: Tensor, weights: Named<Tensor>) => Tensor | Tensor[];

const MAP = [2, 7, 6, 4];
const WEIGHTS = {
  filter: normal([3, 3, 4, 5], 0.3),
  wide: normal([3, 2, 4, 5], 0.3, 2),
  back: normal([3, 3, 6, 4], 0.3, 3),
  single: normal([1, 1, 6, 4], 0.3, 4),
  depthwise: normal([3, 3, 4, 2], 0.3, 5),
  matrix: normal([6, 4], 0.5, 6),
};

const conv =
  (name: 'filter' | 'wide', stride: number, pad: 'same' | 'valid', dilations = 1): Compute =>
  (x, w) =>
    tf.conv2d(x as Tensor4D, w[name] as Tensor4D, stride, pad, 'NHWC', dilations);

const back =
  (name: 'back' | 'single', stride: number, pad: 'same' | 'valid', height: number, width: number): Compute =>
  (x, w) =>
    tf.conv2dTranspose(x as Tensor4D, w[name] as Tensor4D, [2, height, width, 6], stride, pad);

/** Where the largest of each window was, as the adjoint of a pooling. */
const poolGradient =
  (size: number, strides: number, pad: 'same' | 'valid'): Compute =>
  (x) => {
    const pooled = tf.maxPool(x as Tensor4D, size, strides, pad);
    const inputs = { dy: tf.add(pooled, 1), input: x, output: pooled };
    return tf.engine().runKernel('MaxPoolGrad', inputs, { filterSize: size, strides, pad }) as Tensor;
  };

/** Each op of the table, in the ways in which it can be asked for. The input is a map of values in [-1, 1). */
const CASES: Named<Compute> = {
  abs: (x) => tf.abs(x),
  'add and take away': (x) => tf.sub(tf.add(x, 2), tf.mul(x, x)),
  'add many': (x) => tf.addN([x, tf.neg(x), tf.exp(x)]),
  'divide, and by roots': (x) => [
    tf.div(1, tf.add(x, 2)),
    tf.reciprocal(tf.add(x, 2)),
    tf.rsqrt(tf.add(x, 2)),
  ],
  activations: (x) => [tf.relu(x), tf.leakyRelu(x, 0.3), tf.sigmoid(x), tf.tanh(x)],
  limits: (x) => tf.clipByValue(x, -0.5, 0.25),
  comparisons: (x) => [tf.cast(tf.greater(x, 0.25), 'float32'), tf.cast(tf.greaterEqual(x, 0.25), 'float32')],
  'ones and zeros': (x) => [
    tf.add(x, tf.onesLike(x)),
    tf.add(x, tf.zerosLike(x)),
    tf.add(x, tf.fill([4], 3)),
  ],
  'sums and means': (x) => [tf.sum(x, [1, 2]), tf.sum(x, 3, true), tf.mean(x), tf.mean(x, [0, 3], true)],
  'largest as a code': (x) =>
    tf.cast(tf.oneHot(tf.cast(tf.argMax(x, 3), 'int32') as tf.Tensor1D, 4, 3, -1), 'float32'),
  'largest along another axis': (x) => tf.cast(tf.argMax(x, 1), 'float32'),
  softmax: (x) => tf.softmax(x),
  products: (x, w) => [
    tf.matMul(x, tf.reshape(w.matrix!, [1, 1, 6, 4]), false, true),
    tf.matMul(x, x, true, false),
    tf.matMul(tf.reshape(x, [84, 4]), w.matrix!, false, true),
  ],
  'concatenation and cuts': (x) => [
    tf.concat([x, tf.mul(x, 2)], 2),
    tf.slice(x, [0, 1, 2, 0], [2, 3, 2, 4]),
    ...tf.split(x, [2, 1, 4], 1),
  ],
  stacks: (x) => tf.stack(tf.unstack(x, 1).reverse(), 2),
  padding: (x) =>
    tf.pad(
      x,
      [
        [0, 0],
        [1, 2],
        [0, 3],
        [1, 0],
      ],
      0.5,
    ),
  turns: (x) => [tf.transpose(x, [0, 2, 1, 3]), tf.transpose(tf.transpose(x, [3, 1, 2, 0]), [2, 0, 1, 3])],
  'turned weights': (x, w) => tf.add(tf.mean(x), tf.transpose(w.wide!, [1, 3, 0, 2])),
  reversal: (x) => tf.reverse(x, [1, 3]),
  repetition: (x) => tf.tile(x, [1, 2, 1, 3]),
  'convolution, same': conv('filter', 1, 'same'),
  'convolution, uneven': conv('wide', 2, 'same'),
  'convolution, valid': conv('filter', 2, 'valid'),
  'convolution, dilated': conv('filter', 1, 'same', 2),
  'convolution of what was turned': (x, w) =>
    tf.conv2d(tf.transpose(x, [0, 2, 1, 3]) as Tensor4D, w.filter as Tensor4D, 1, 'same'),
  'convolution with what was computed': (x, w) =>
    tf.conv2d(x as Tensor4D, tf.mul(w.filter!, tf.mean(x)) as Tensor4D, 1, 'same'),
  'transposed convolution, same': back('back', 1, 'same', 7, 6),
  'transposed convolution, in steps': back('back', 2, 'same', 14, 11),
  'transposed convolution, valid': back('back', 2, 'valid', 15, 13),
  'transposed convolution that leaves rows out': back('back', 2, 'valid', 16, 14),
  'transposed convolution of single points': back('single', 2, 'same', 14, 12),
  'depthwise convolution': (x, w) => tf.depthwiseConv2d(x as Tensor4D, w.depthwise as Tensor4D, 1, 'same'),
  'depthwise convolution in steps': (x, w) =>
    tf.depthwiseConv2d(x as Tensor4D, w.depthwise as Tensor4D, 2, 'valid'),
  'mean pooling': (x) => [tf.avgPool(x as Tensor4D, 2, 2, 'valid'), tf.avgPool(x as Tensor4D, 3, 2, 'same')],
  'max pooling': (x) => [tf.maxPool(x as Tensor4D, 2, 2, 'valid'), tf.maxPool(x as Tensor4D, 3, 2, 'same')],
  'winners of windows': poolGradient(2, 2, 'valid'),
  'winners of windows that overlap': poolGradient(3, 1, 'valid'),
  'winners of windows at the edge': poolGradient(3, 2, 'same'),
  enlargement: (x) => tf.image.resizeNearestNeighbor(x as Tensor4D, [21, 12]),
  'enlargement by a fraction': (x) => [
    tf.image.resizeNearestNeighbor(x as Tensor4D, [15, 13]),
    tf.image.resizeNearestNeighbor(x as Tensor4D, [49, 5]),
  ],
};

function programOf(compute: Compute, open: readonly string[] = []): SizedProgram {
  const at = ({ batch = 2 }: Named<number>) => ({
    variables: WEIGHTS,
    entries: {
      compute: {
        inputs: { x: { shape: [batch, ...MAP.slice(1)], dtype: 'float32' as const } },
        run: ({ x }: Named<Tensor>, { variables }: { variables: Named<Tensor> }) => {
          const results = [compute(tf.sub(tf.mul(x!, 2), 1), variables)].flat();
          return Object.fromEntries(results.map((result, i) => [`result.${i}`, result]));
        },
      },
    },
  });
  return { at, sizes: { batch: 2 }, open };
}

describe.runIf(native)('an op in ONNX', () => {
  it.each(Object.entries(CASES))('gives what native TensorFlow gives: %s', async (_title, compute) => {
    const program = programOf(compute);
    const { compute: file } = exported(program, WEIGHTS) as { compute: ReturnType<typeof exported>[string] };
    const x = drawn(MAP, 3);
    const expected = computed(program, {}, WEIGHTS, 'compute', { x });
    for (const optimize of [false, true])
      expect(
        await withOnnx(file, async (session) => difference(await session.run({ x }), expected), optimize),
      ).toBeLessThan(2e-6);
  });

  it('is tried here, whichever has a rule', () => {
    const seen = new Set<string>();
    const see = (entry: string, program: SizedProgram) => {
      const { recorded } = openEntry(entry, program, { table: new VariableTable(), finish: namedTrace });
      for (const { op } of reachable(recorded.roots)) seen.add(op);
    };
    for (const compute of Object.values(CASES)) see('compute', programOf(compute));
    // Open sizes are computed from shapes: `openSizes.test.ts` tries those.
    for (const entry of Object.keys(anySize)) see(entry, sizedRows(anySize));
    expect(Object.keys(rules).filter((op) => !seen.has(op))).toEqual([]);
  });

  it('of more weights than a file holds is refused before anything is written', () => {
    const graph = new OnnxGraph();
    const shape = [2 ** 9, 2 ** 20];
    const of = graph.tensor('large', { dtype: DataType.float32, shape, values: new Float32Array(2 ** 29) });
    expect(() => graph.finish('any', [], [{ name: 'out', of, dtype: DataType.float32, shape }])).toThrow(
      'its weights are more than the 2 GB that a file holds',
    );
  });

  it('without a rule is named in one line', () => {
    const program = programOf((x) => tf.sin(tf.floor(x)));
    expect(() => exported(program, WEIGHTS)).toThrow(
      /^compute cannot be written as ONNX: there is no translation of Floor; export it with --format savedmodel$/,
    );
    const corners = programOf((x) => tf.image.resizeNearestNeighbor(x as Tensor4D, [10, 9], true));
    expect(() => exported(corners, WEIGHTS)).toThrow(
      /^compute cannot be written as ONNX: there is no translation of ResizeNearestNeighbor of corners/,
    );
  });
});
