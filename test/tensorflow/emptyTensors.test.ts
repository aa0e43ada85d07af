import { describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { ProgramSpec } from '../../src/tensorflow/spec/program.js';
import { native } from './programs.js';

const ops: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
  ['times a constant of ones', (x) => tf.mul(tf.tanh(tf.pow(x, 3)), tf.ones([0, 3]))],
  ['sums and their gradients', (x) => tf.sum(tf.tanh(tf.pow(x, 3)), 1)],
  ['means of nothing', (x) => tf.mean(x, 0)],
  ['means along an axis of nothing', (x) => tf.mean(x, 1)],
  ['joined with something', (x) => tf.concat([x, tf.ones([2, 3])])],
  ['products', (x) => tf.matMul(x, x, true)],
];

describe.runIf(native)('tensors without values', () => {
  it.each(ops)('are computed with in a graph as op by op: %s', (_, op) => {
    const spec: ProgramSpec = {
      variables: { w: { shape: [3], data: Float32Array.of(1, 2, 3) } },
      entries: {
        work: {
          inputs: { x: { shape: [0, 3], dtype: 'float32' } },
          run: ({ x }, { variables }) => {
            const loss = (z: Tensor, w: Tensor) => tf.sum(tf.mul(op(z), tf.sum(tf.pow(w, 2))));
            const first = (z: Tensor, w: Tensor) => tf.grads((a, b) => loss(a, b))([z, w]);
            const [byX, byW] = first(x!, required(variables, 'w'));
            return { y: op(x!), byX: byX!, byW: byW! };
          },
        },
      },
    };
    const [graph, eager] = (['graph', 'eager'] as const).map((mode) => {
      const program = compile(spec, { mode });
      const results = program.run('work', { x: new Float32Array(0) });
      program.dispose();
      return results;
    });
    expect(graph).toEqual(eager);
  });
});
