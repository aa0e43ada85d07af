import { describe, expect, it } from 'vitest';
import { once } from '../../src/common/once.js';
import { compile } from '../../src/tensorflow/compile.js';
import type { Entry, Program, ProgramSpec } from '../../src/tensorflow/program.js';
import tf, { type Scalar, type Tensor, type Tensor4D } from '../../src/tensorflow/tf.js';
import { native, normal } from './programs.js';

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
          'max-pooling',
          (x: Tensor) => tf.square(tf.maxPool(square(tf.mul(x, tf.square(x))), 2, 1, 'same')),
        ] as const,
      ]
    : []),
];

/** Gradients of each op, their slopes along v, and those slopes' slopes along v, all by tfjs' `grad`. */
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
    return [first(x), second(x), third(x)];
  };
  const run: Entry['run'] = ({ x, v }) =>
    Object.fromEntries(
      all.flatMap((op, i) => look(op, x!, v!).map((found, order) => [`${i} ${order + 1}`, found])),
    );
  return { variables: {}, entries: { look: { inputs: { x: vector, v: vector }, run } } };
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
    const [here, above, below] = [0, STEP, -STEP].map((t) =>
      program.run('look', {
        x: Float32Array.from(x, (value, i) => value + t * v[i]!),
        v: Float32Array.from(v),
      }),
    );
    program.dispose();
    return { here: here!, above: above!, below: below! };
  });

  it.each(ops.map(([name], i) => [name, i] as const))(
    '%s: second and third order as finite differences say',
    (_, i) => {
      const { here, above, below } = looked();
      const slopes = (order: number) =>
        Array.from(
          above[`${i} ${order}`]!.data,
          (up, k) => (up - below[`${i} ${order}`]!.data[k]!) / (2 * STEP),
        );
      expect(difference([...here[`${i} 2`]!.data], slopes(1))).toBeLessThan(4e-3);
      expect(difference([...here[`${i} 3`]!.data], slopes(2))).toBeLessThan(8e-3);
    },
  );

  const critics: readonly (readonly [name: string, activation: Op, step: number])[] = [
    ['tanh', tf.tanh, 2 ** -10],
    ['sigmoid', tf.sigmoid, 2 ** -10],
    ['softplus', tf.softplus, 2 ** -10],
    ['elu', tf.elu, 2 ** -10],
    // Its slopes jump: a longer step goes over a kink.
    ['leakyRelu', (x) => tf.leakyRelu(x, 0.2), 2 ** -13],
  ];
  it.each(critics)(
    'the penalty on the gradient of a critic of %s trains it (Gulrajani et al. 2017)',
    (_, activation, step) => {
      const program = compile(penalty(activation), { mode });
      const before = program.state();
      const feeds = { real: normal([3, 4, 4, 2], 1, 8).data, made: normal([3, 4, 4, 2], 1, 7).data, rate: 1 };
      const direction = (name: string) => Float32Array.from(normal(before[name]!.shape, 1, 9).data);
      const names = Object.keys(before);
      const [above, below] = [1, -1].map((sign) => {
        const moved = names.map((name) => {
          const { shape, data } = before[name]!;
          return [
            name,
            { shape, data: Float32Array.from(data, (w, i) => w + sign * step * direction(name)[i]!) },
          ];
        });
        program.restore(Object.fromEntries(moved));
        return program.run('look', feeds).loss!.data[0]!;
      });
      program.restore(before);
      program.run('train', feeds);
      const after = program.state();
      const gradient = names.reduce(
        (sum, name) =>
          sum +
          direction(name).reduce((s, d, i) => s + d * (before[name]!.data[i]! - after[name]!.data[i]!), 0),
        0,
      );
      const measured = (above! - below!) / (2 * step);
      expect(Math.abs(gradient - measured)).toBeLessThan(0.02 * Math.max(1, Math.abs(measured)));
      program.dispose();
    },
  );
});

/** A critic of pictures whose loss holds a penalty on the length of its gradient. */
function penalty(activation: Op): ProgramSpec {
  const pictures = { shape: [3, 4, 4, 2], dtype: 'float32' } as const;
  const inputs = { real: pictures, made: pictures, rate: { shape: [], dtype: 'float32' } as const };
  const loss = (v: Record<string, Tensor>, real: Tensor, made: Tensor) => {
    const judge = (x: Tensor) => {
      const map = activation(tf.add(tf.conv2d(x as Tensor4D, v.kernel as Tensor4D, 1, 'same'), v.bias!));
      const pooled = tf.avgPool(map as Tensor4D, 2, 2, 'valid');
      return tf.matMul(tf.reshape(activation(pooled), [3, -1]), v.weight!);
    };
    const between = tf.mul(tf.add(real, made), 0.5);
    const slopes = tf.grad((x) => tf.sum(judge(x)))(between);
    const lengths = tf.sqrt(tf.sum(tf.square(slopes), [1, 2, 3]));
    const distance = tf.sub(tf.mean(judge(made)), tf.mean(judge(real)));
    return tf.add(distance, tf.mul(10, tf.mean(tf.square(tf.sub(lengths, 1))))) as Scalar;
  };
  return {
    variables: { kernel: normal([3, 3, 2, 3], 0.4), bias: normal([3], 0.3), weight: normal([12, 1], 0.5) },
    entries: {
      look: { inputs, run: ({ real, made }, { variables }) => ({ loss: loss(variables, real!, made!) }) },
      train: {
        inputs,
        run: ({ real, made, rate }, step) =>
          step.minimize(() => loss(step.variables, real!, made!), {
            optimizer: { kind: 'sgd' },
            learningRate: rate as Scalar,
          }),
      },
    },
  };
}

/** Everything of tfjs that a program may change while it runs. */
function ofTfjs() {
  const kernels = (Object.values(tf) as unknown[]).filter((value) => typeof value === 'string');
  return {
    gradients: kernels.map((kernel) => [kernel, tf.getGradient(kernel)] as const),
    kernels: kernels.map((kernel) => tf.getKernel(kernel, tf.getBackend())),
    customGrad: tf.engine().customGrad,
  };
}

describe('plain tfjs', () => {
  const reported = () =>
    tf.tidy(() => {
      const inner = (x: Tensor) => tf.grad((y) => tf.sum(tf.mul(y, tf.relu(y))))(x);
      return [
        ...tf
          .grad((x) => tf.sum(tf.square(inner(x))))(tf.tensor1d([1, 2]))
          .dataSync(),
      ];
    });

  it('is as it was after programs are made, run, refused and fail', () => {
    const before = ofTfjs();
    const uses: (() => Program | undefined)[] = [
      () => compile({ variables: {}, entries: {} }),
      ...modes.map((mode) => () => {
        const program = compile(orders(tf.sigmoid), { mode });
        program.run('look', { x: new Float32Array(SIZE), v: new Float32Array(SIZE) });
        return program;
      }),
      () =>
        compile(
          {
            variables: {},
            entries: {
              bad: {
                inputs: {},
                run: () => {
                  throw new Error('own');
                },
              },
            },
          },
          { mode: 'eager' },
        ),
    ];
    for (const use of uses) {
      const program = use();
      expect(ofTfjs()).toEqual(before);
      expect(reported()).toEqual([8, 16]);
      if (program && 'bad' in program) program.run('bad', {});
      program?.dispose();
    }
    for (const mode of modes) {
      const failing = {
        inputs: {},
        run: () => {
          throw new Error('own');
        },
      };
      try {
        compile({ variables: {}, entries: { failing } }, { mode }).run('failing', {});
        expect.unreachable();
      } catch (error) {
        expect(String(error)).toContain('own');
      }
      expect(
        ofTfjs().gradients.every(([kernel, gradient], i) => gradient === before.gradients[i]![1] && kernel),
      ).toBe(true);
      expect(ofTfjs().kernels.every((kernel, i) => kernel === before.kernels[i])).toBe(true);
      expect(ofTfjs().customGrad).toBe(before.customGrad);
    }
  });
});

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
            run: ({ x }) => ({ g: gradient(x!) }),
          },
        },
      },
      { mode },
    );
    const found = [...program.run('look', { x: Float32Array.from(special) }).g!.data];
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
              const sum = tf.grad((z) => tf.sum(tf.mul(tf.cumsum(z, 0), weights)))(x!);
              const log = tf.grad((z) => tf.sum(tf.logSigmoid(tf.mul(z, 2))))(x!);
              return { sum, log };
            },
          },
        },
      },
      { mode },
    );
    const { sum, log } = program.run('look', { x: Float32Array.of(0, 1, -1, 0.5) });
    expect([...sum!.data]).toEqual([4, 6, 3, 4]);
    [0, 1, -1, 0.5].forEach((x, i) => {
      expect(log!.data[i]).toBeCloseTo(2 / (1 + Math.exp(2 * x)), 5);
    });
    program.dispose();
  });
});
