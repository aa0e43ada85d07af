import { expect } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import tf, { type Scalar, type Tensor } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { Named, Program, Step } from '../../src/tensorflow/spec/program.js';
import { native, normal } from './programs.js';

// What the tests of refusals share.

export const modes = native ? (['eager', 'graph'] as const) : (['eager'] as const);
export type Mode = (typeof modes)[number];
/** Inputs by the names that the tests give them. */
type Inputs = Named<Tensor> & Readonly<Record<'x' | 'n' | 'b' | 's' | 'by' | 'at', Tensor>>;
export type OwnStep = Step & { readonly variables: { readonly w: Tensor } };
export type Run = (inputs: Inputs, step: OwnStep) => unknown;

/** What a JavaScript caller writes: no types stop it. */
export function made(spec: unknown, mode: Mode, options: object = {}): Program {
  return compile(spec as Parameters<typeof compile>[0], { mode, ...options });
}

export const vector = { shape: [3], dtype: 'float32' } as const;
const weights = () => ({ w: normal([3], 1) });
export const entry = (run: Run, inputs: object = { x: vector }) => ({
  variables: weights(),
  entries: { work: { inputs, run } },
});
export const x = Float32Array.of(1, 2, 3);

/** The one line with which making a program, or running its entry once, is refused. */
export function refusal(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    expect(error).toBeInstanceOf(ForeframeError);
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    return message;
  }
  return 'not refused';
}

export function refusedRun(mode: Mode, run: Run, inputs?: object): string {
  return refusal(() => {
    const program = made(entry(run, inputs), mode);
    try {
      program.run('work', { x });
    } finally {
      program.dispose();
    }
  });
}

export const squares = (step: OwnStep) => () => tf.sum(tf.square(step.variables.w)) as Scalar;

export const minimizing =
  (options: object, loss?: (step: OwnStep) => unknown): Run =>
  (_, step) =>
    step.minimize((loss ? loss(step) : squares(step)) as () => Scalar, {
      optimizer: { kind: 'sgd' },
      learningRate: 0.1,
      ...options,
    });
