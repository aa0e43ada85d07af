import { describe, expect, it } from 'vitest';
import { eachOf } from '../../src/common/eachOf.js';
import { required } from '../../src/common/required.js';
import tf, { type Scalar, type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import { entryOf } from '../../src/tensorflow/spec/entry.js';
import type { ProgramSpec } from '../../src/tensorflow/spec/program.js';
import { native, normal } from './programs.js';

type Op = (x: Tensor) => Tensor;
const modes = native ? (['eager', 'graph'] as const) : (['eager'] as const);

describe.each(modes)('a gradient in a loss in mode %s', (mode) => {
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
      const direction = (name: string) => Float32Array.from(normal(required(before, name).shape, 1, 9).data);
      const names = Object.keys(before);
      const [above, below] = eachOf([1, -1], (sign) => {
        const moved = names.map((name) => {
          const { shape, data } = required(before, name);
          return [
            name,
            { shape, data: Float32Array.from(data, (w, i) => w + sign * step * direction(name)[i]!) },
          ];
        });
        program.restore(Object.fromEntries(moved));
        return required(program.run('look', feeds), 'loss').data[0]!;
      });
      program.restore(before);
      program.run('train', feeds);
      const after = program.state();
      const gradient = names.reduce(
        (sum, name) =>
          sum +
          direction(name).reduce(
            (s, d, i) => s + d * (required(before, name).data[i]! - required(after, name).data[i]!),
            0,
          ),
        0,
      );
      const measured = (above - below) / (2 * step);
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
      const map = activation(
        tf.add(tf.conv2d(x as Tensor4D, v.kernel as Tensor4D, 1, 'same'), required(v, 'bias')),
      );
      const pooled = tf.avgPool(map as Tensor4D, 2, 2, 'valid');
      return tf.matMul(tf.reshape(activation(pooled), [3, -1]), required(v, 'weight'));
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
      look: entryOf(inputs, ({ real, made }, { variables }) => ({ loss: loss(variables, real, made) })),
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
