import { describe, expect, it } from 'vitest';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { Program, ProgramSpec } from '../../src/tensorflow/spec/program.js';
import { native } from './programs.js';

type Op = (x: Tensor) => Tensor;
const modes = native ? (['eager', 'graph'] as const) : (['eager'] as const);

/** Everything of tfjs that a program may change while it runs. */
function ofTfjs() {
  const kernels = (Object.values(tf) as unknown[]).filter((value) => typeof value === 'string');
  return {
    gradients: kernels.map((kernel) => [kernel, tf.getGradient(kernel)] as const),
    kernels: kernels.map((kernel) => tf.getKernel(kernel, tf.getBackend())),
    customGrad: tf.engine().customGrad,
  };
}

/** The gradient of a gradient. */
function second(op: Op): ProgramSpec {
  const inputs = { x: { shape: [2], dtype: 'float32' } } as const;
  const inner = (x: Tensor) => tf.grad((y) => tf.sum(op(y)))(x);
  const run = ({ x }: Record<string, Tensor>) => ({ g: tf.grad((y) => tf.sum(inner(y)))(x!) });
  return { variables: {}, entries: { look: { inputs, run } } };
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
        const program = compile(second(tf.sigmoid), { mode });
        program.run('look', { x: new Float32Array(2) });
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
