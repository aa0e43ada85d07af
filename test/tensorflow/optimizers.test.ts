import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import tf, { type Scalar, type Tensor } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { OptimizerSpec } from '../../src/tensorflow/spec/optimizers.js';
import type { MinimizeOptions, ProgramSpec } from '../../src/tensorflow/spec/program.js';
import { native } from './programs.js';

interface Answers {
  readonly first: number[];
  readonly scales: number[];
  readonly cases: Record<string, { readonly w: number[][]; readonly norms: number[] }>;
}

const answers = JSON.parse(readFileSync(new URL('fixtures/adamw.json', import.meta.url), 'utf8')) as Answers;

/** The loss of fixtures/make_adamw.py: its gradient is uneven and changes from step to step. */
function loss(w: Tensor, step: Tensor): Scalar {
  const waves = tf.sin(tf.mul(w, tf.add(tf.mul(step, 0.1), 1)));
  return tf.add(tf.sum(tf.mul(waves, answers.scales)), tf.sum(tf.square(w)));
}

const scalar = { shape: [], dtype: 'float32' } as const;

function program(optimizer: OptimizerSpec, clipNorm?: number): ProgramSpec {
  const options: Partial<MinimizeOptions> = { optimizer, clipNorm };
  return {
    variables: { w: { shape: [4], data: Float32Array.from(answers.first) } },
    entries: {
      train: {
        inputs: { rate: scalar, step: scalar },
        run: ({ rate, step: at }, step) => {
          const { gradientNorm } = step.minimize(() => loss(required(step.variables, 'w'), at!), {
            optimizer,
            learningRate: rate as Scalar,
            ...options,
          });
          return { gradientNorm };
        },
      },
    },
  };
}

function trajectory(mode: 'eager' | 'graph', spec: ProgramSpec, rates: readonly number[]) {
  const compiled = compile(spec, { mode });
  const w: number[][] = [];
  const norms = rates.map((rate, step) => {
    const norm = required(compiled.run('train', { rate, step }), 'gradientNorm').data[0]!;
    w.push([...required(compiled.state(), 'w').data]);
    return norm;
  });
  compiled.dispose();
  return { w, norms };
}

function farthest(a: number[][], b: number[][]): number {
  return Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i]![j]!))));
}

const modes = native ? (['eager', 'graph'] as const) : (['eager'] as const);

describe.each(modes)('optimizers in mode %s', (mode) => {
  it.each([
    ['default', 0.01, { kind: 'adamw' }, undefined],
    ['decay', 0.1, { kind: 'adamw', weightDecay: 0.1 }, undefined],
    ['betas', 0.05, { kind: 'adam', beta1: 0.8, beta2: 0.95, epsilon: 1e-3 }, undefined],
    ['clipped', 0.02, { kind: 'adamw' }, 0.5],
  ] as const)("give PyTorch's AdamW answers: %s", (name, rate, optimizer, clipNorm) => {
    const expected = required(answers.cases, name);
    const rates = expected.w.map((_, step) => rate / (1 + 0.2 * step));
    const { w, norms } = trajectory(mode, program(optimizer, clipNorm), rates);
    expect(farthest(w, expected.w)).toBeLessThan(2e-6);
    expect(farthest([norms], [expected.norms])).toBeLessThan(2e-4);
  });

  it.each([
    ['sgd', { kind: 'sgd' }, () => tf.train.sgd(0.02)],
    ['momentum', { kind: 'sgd', momentum: 0.9 }, () => tf.train.momentum(0.02, 0.9)],
    ['rmsprop', { kind: 'rmsprop', epsilon: 1e-7 }, () => tf.train.rmsprop(0.02, 0.9, 0, 1e-7)],
    [
      'rmsprop with momentum',
      { kind: 'rmsprop', momentum: 0.5, decay: 0.8 },
      () => tf.train.rmsprop(0.02, 0.8, 0.5, 1e-7),
    ],
    ['adam', { kind: 'adam' }, () => tf.train.adam(0.02)],
  ] as const)("go where tfjs' own goes: %s", (_, optimizer, own) => {
    const { w } = trajectory(mode, program(optimizer), Array(20).fill(0.02));
    const expected: number[][] = [];
    const variable = tf.variable(tf.tensor1d(answers.first));
    const theirs = own();
    for (let step = 0; step < 20; step++) {
      theirs.minimize(() => loss(variable, tf.scalar(step)));
      expected.push([...variable.dataSync()]);
    }
    variable.dispose();
    theirs.dispose();
    expect(farthest(w, expected)).toBeLessThan(3e-5);
  });
});
