import { describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import { normal } from './programs.js';
import { entry, made, modes, type Run, refusal, refusedRun, vector, x } from './refusing.js';

describe.each(modes)('in mode %s, an entry', (mode) => {
  it.each([
    ['returns a tensor', ({ x }) => x, /^entry work returns a tensor: return its outputs by name/],
    ['returns nothing', () => {}, /^entry work returns nothing/],
    ['returns a list', ({ x }) => [x], /^entry work returns \[a Tensor\]/],
    ['returns a Map', ({ x }) => new Map([['x', x]]), /^entry work returns a Map/],
    [
      'is a generator',
      function* ({ x }) {
        yield x;
      },
      /^entry work returns a/,
    ],
    [
      'disposes of a variable',
      ({ x }, { variables }) => {
        tf.dispose(variables);
        return { x };
      },
      /^entry work disposes of the variable w/,
    ],
    [
      'sets the backend',
      ({ x }) => {
        tf.setBackend('cpu');
        return { y: tf.add(x, 1) };
      },
      /^entry work sets the backend/,
    ],
    ['returns a number', () => 3, /^entry work returns 3/],
    [
      'returns a nested record',
      ({ x }) => ({ a: { x } }),
      /^entry work: output a is not a tensor but a Object|an object/,
    ],
    ['returns a number by name', () => ({ y: 3 }), /^entry work: output y is not a tensor but 3/],
    ['is asynchronous', async ({ x }) => ({ x }), /^entry work is asynchronous/],
    [
      'fails asynchronously',
      async () => {
        throw new Error('late');
      },
      /^entry work is asynchronous/,
    ],
    ['returns text', () => ({ y: tf.tensor1d(['a']) }), /output y is string/],
    ['returns complex numbers', ({ x }) => ({ y: tf.complex(x, x) }), /output y is complex64/],
    [
      'assigns what is no variable',
      ({ x }, step) => {
        step.assign('v', x);
        return {};
      },
      /^entry work, assign: no variable v; there are: w/,
    ],
    [
      'assigns another shape',
      (_, step) => {
        step.assign('w', tf.zeros([2]));
        return {};
      },
      /variable w is \[3\], the value is \[2\]/,
    ],
    [
      'assigns another type',
      (_, step) => {
        step.assign('w', tf.zeros([3], 'int32'));
        return {};
      },
      /variable w is float32, the value is int32/,
    ],
    [
      'assigns a number',
      (_, step) => {
        step.assign('w', 3 as unknown as Tensor);
        return {};
      },
      /variable w is to be 3: give a tensor/,
    ],
    [
      'draws of no shape',
      (_, step) => ({ y: step.randomUniform([-1]) }),
      /^entry work, randomUniform has the shape \[-1\]/,
    ],
    [
      'compiles',
      () => {
        compile({ variables: {}, entries: {} });
        return {};
      },
      /^entry work compiles a program/,
    ],
  ] as readonly (readonly [string, Run, RegExp])[])('that %s is refused', (_, run, message) => {
    expect(refusedRun(mode, run)).toMatch(message);
  });

  it.each([
    [
      'conv2d',
      (x: tf.Tensor4D) => tf.conv2d(x, tf.ones([3, 3, 1, 1]), 1, 'valid'),
      /Conv2D with a window of 3×3 on 1×3/,
    ],
    ['maxPool', (x: tf.Tensor4D) => tf.maxPool(x, 2, 1, 'valid'), /MaxPool with a window of 2×2 on 1×3/],
    [
      'depthwise',
      (x: tf.Tensor4D) => tf.depthwiseConv2d(x, tf.ones([2, 1, 1, 1]), 1, 'valid'),
      /window of 2×1 on 1×3/,
    ],
  ] as const)(
    'whose window does not fit is refused, where tfjs gives memory that nobody wrote: %s',
    (_, op, message) => {
      const run: Run = ({ x }) => ({ y: op(tf.reshape(x, [1, 1, 3, 1])) });
      expect(refusedRun(mode, run)).toMatch(message);
    },
  );

  it('that runs another program is refused', () => {
    const other = made(
      { variables: {}, entries: { one: { inputs: {}, run: () => ({ y: tf.scalar(1) }) } } },
      mode,
    );
    expect(refusedRun(mode, () => ({ y: tf.scalar(required(other.run('one', {}), 'y').data[0]!) }))).toMatch(
      /^entry work runs a program/,
    );
    other.dispose();
  });

  it('whose op TensorFlow refuses says so in one line', () => {
    const inputs = { x: vector, at: { shape: [1], dtype: 'int32' } };
    const program = made(
      entry(({ at }, { variables }) => ({ y: tf.gather(variables.w, at as tf.Tensor1D) }), inputs),
      mode,
    );
    expect(required(program.run('work', { x, at: Int32Array.of(2) }), 'y').data[0]).toBe(
      normal([3], 1).data[2],
    );
    if (mode === 'graph')
      expect(refusal(() => program.run('work', { x, at: Int32Array.of(7) }))).toMatch(
        /^entry work: .*7 is not in \[0, 3\)$/,
      );
    program.dispose();
  });
});
