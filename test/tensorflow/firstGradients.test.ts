import { describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import { native } from './programs.js';

type Op = (x: Tensor) => Tensor;
const modes = native ? (['eager', 'graph'] as const) : (['eager'] as const);

describe.each(modes)('first-order gradients in mode %s', (mode) => {
  const special = [
    Number.NEGATIVE_INFINITY,
    -2,
    -1e-40,
    -0,
    0,
    1e-40,
    1,
    6,
    7,
    Number.POSITIVE_INFINITY,
    Number.NaN,
  ];
  const cases: readonly (readonly [name: string, op: Op, except?: Record<number, number>])[] = [
    ['relu', tf.relu, { 10: 0 }],
    ['relu6', tf.relu6],
    ['leakyRelu', (x) => tf.leakyRelu(x, 0.3)],
    ['elu', tf.elu],
    ['selu', tf.selu],
    ['sigmoid', tf.sigmoid],
    ['tanh', tf.tanh],
    ['softplus', tf.softplus],
    ['sqrt', tf.sqrt],
    ['rsqrt', tf.rsqrt, { 0: Number.NaN, 2: Number.POSITIVE_INFINITY, 3: Number.POSITIVE_INFINITY }],
    ['reciprocal', tf.reciprocal],
    // The gradient of a length at no length: PyTorch's and TensorFlow's, where tfjs goes down.
    ['abs', tf.abs, { 2: 0, 3: 0, 4: 0, 5: 0 }],
    ['sum', (x) => tf.sum(x)],
    ['mean', (x) => tf.mean(x)],
    ['tile', (x) => tf.tile(x, [2])],
  ];
  it.each(cases)("%s at special values: tfjs' own", (...testCase) => {
    const [, op, except = {}] = testCase as unknown as (typeof cases)[number];
    const gradient = (x: Tensor) => tf.grad((at) => tf.sum(op(at)))(x);
    const program = compile(
      {
        variables: {},
        entries: {
          look: {
            inputs: { x: { shape: [special.length], dtype: 'float32' } },
            run: ({ x }) => ({ g: gradient(x) }),
          },
        },
      },
      { mode },
    );
    const found = [...program.run('look', { x: Float32Array.from(special) }).g.data];
    const own = tf.tidy(() => [...gradient(tf.tensor1d(special)).dataSync()]);
    found.forEach((value, i) => {
      const expected = except[i] ?? own[i]!;
      if (Number.isFinite(expected))
        expect([special[i], value]).toEqual([special[i], expect.closeTo(expected, 5)]);
      else expect([special[i], value]).toEqual([special[i], expected]);
    });
    program.dispose();
  });

  it('are right where tfjs is wrong: a cumulative sum along the first axis, logSigmoid of a value on the way', () => {
    const program = compile(
      {
        variables: {},
        entries: {
          look: {
            inputs: { x: { shape: [2, 2], dtype: 'float32' } },
            run: ({ x }) => {
              const weights = tf.tensor2d([1, 2, 3, 4], [2, 2]);
              const sum = tf.grad((z) => tf.sum(tf.mul(tf.cumsum(z, 0), weights)))(x);
              const log = tf.grad((z) => tf.sum(tf.logSigmoid(tf.mul(z, 2))))(x);
              return { sum, log };
            },
          },
        },
      },
      { mode },
    );
    const { sum, log } = program.run('look', { x: Float32Array.of(0, 1, -1, 0.5) });
    expect([...sum.data]).toEqual([4, 6, 3, 4]);
    [0, 1, -1, 0.5].forEach((x, i) => {
      expect(log.data[i]).toBeCloseTo(2 / (1 + Math.exp(2 * x)), 5);
    });
    program.dispose();
  });

  it.runIf(native).each([
    ['bilinear', tf.image.resizeBilinear],
    ['nearest', tf.image.resizeNearestNeighbor],
  ] as const)(
    'of %s resizing are right, wherever it takes a pixel to lie (tfjs-node leaves halfPixelCenters out)',
    (_, resize) => {
      const forms = { plain: [false, false], corners: [true, false], centres: [false, true] } as const;
      const inputs = { x: { shape: [1, 2, 3, 1], dtype: 'float32' } } as const;
      const run = ({ x }: Record<string, Tensor>) =>
        Object.fromEntries(
          Object.entries(forms).flatMap(([name, [corners, centres]]) => {
            const sum = (z: Tensor) => {
              const large = resize(z as tf.Tensor4D, [4, 5], corners, centres);
              return tf.sum(tf.mul(large, tf.reshape(tf.linspace(1, 2, 20), [1, 4, 5, 1])));
            };
            return [
              [`${name} gradient`, tf.grad(sum)(x!)],
              [`${name} sum`, sum(x!)],
            ];
          }),
        );
      const program = compile({ variables: {}, entries: { look: { inputs, run } } }, { mode });
      // Linear: what one pixel alone gives is the gradient there.
      const zeros = program.run('look', { x: new Float32Array(6) });
      for (const name of Object.keys(forms))
        for (let at = 0; at < 6; at++) {
          const one = program.run('look', {
            x: Float32Array.from({ length: 6 }, (_, i) => Number(i === at)),
          });
          expect(required(zeros, `${name} gradient`).data[at]).toBeCloseTo(
            required(one, `${name} sum`).data[0]!,
            4,
          );
        }
      program.dispose();
    },
  );
});
