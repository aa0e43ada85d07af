import { describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import tf, { type Scalar } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { Step } from '../../src/tensorflow/spec/program.js';
import { normal } from './programs.js';
import {
  entry,
  type Mode,
  made,
  minimizing,
  modes,
  type OwnStep,
  refusal,
  refusedRun,
  x,
} from './refusing.js';

describe.each(modes)('in mode %s, making a program', (mode) => {
  const runs = { inputs: {}, run: () => ({}) };
  const variable = (w: unknown) => ({ variables: { w }, entries: {} });
  const input = (spec: unknown) => entry(() => ({}), { x: spec });
  const data = new Float32Array(3);
  it.each([
    ['nothing', undefined, /^compile was given undefined: write \{ variables, entries \}/],
    ['no variables', { entries: {} }, /^compile: variables is undefined/],
    ['no entries', { variables: {} }, /^compile: entries is undefined/],
    [
      'an entry that is a function',
      { variables: {}, entries: { go: () => ({}) } },
      /^entry go is a function: write \{ inputs, run \}/,
    ],
    [
      'an entry without inputs',
      { variables: {}, entries: { go: { run: runs.run } } },
      /^entry go: inputs is undefined/,
    ],
    [
      'an entry without run',
      { variables: {}, entries: { go: { inputs: {}, run: 'fast' } } },
      /^entry go: run is 'fast'/,
    ],
    ['too few values', variable({ shape: [4], data }), /^variable w holds 3 values, its shape \[4\] needs 4/],
    [
      'bytes',
      variable({ shape: [3], data: new Uint8Array(3) }),
      /^variable w has data that is a Uint8Array: give a Float32Array/,
    ],
    [
      'a list',
      variable({ shape: [3], data: [1, 2, 3] }),
      /^variable w has data that is \[1, 2, 3\]: give a Float32Array/,
    ],
    ['a bare array', variable(data), /^variable w has the shape undefined/],
    ['null as a variable', variable(null), /^variable w is null: write \{ shape, data \}/],
    [
      'null in a shape',
      input({ shape: [null, 3], dtype: 'float32' }),
      /^input work\.x has the shape \[null, 3\]: write/,
    ],
    [
      'a negative size',
      input({ shape: [-1, 3], dtype: 'float32' }),
      /^input work\.x has the shape \[-1, 3\]/,
    ],
    ['a fraction', input({ shape: [2.5], dtype: 'float32' }), /^input work\.x has the shape \[2\.5\]/],
    ['NaN', input({ shape: [Number.NaN], dtype: 'float32' }), /^input work\.x has the shape \[NaN\]/],
    [
      'a huge size',
      input({ shape: [1e9, 1e9], dtype: 'float32' }),
      /^input work\.x .* more than 2147483647 values/,
    ],
    ['no shape', input({ dtype: 'float32' }), /^input work\.x has the shape undefined/],
    [
      'a wrong dtype',
      input({ shape: [3], dtype: 'float' }),
      /^input work\.x has the dtype 'float': there are float32, int32, uint8/,
    ],
    [
      'a reserved name',
      { variables: { 'optimizer/step': { shape: [3], data } }, entries: {} },
      /^variable optimizer\/step: names that begin with optimizer\/ are the program's own/,
    ],
    [
      'another reserved name',
      { variables: { 'random/work': { shape: [3], data } }, entries: {} },
      /^variable random\/work: names that begin with random\//,
    ],
    ['a Map of variables', { variables: new Map(), entries: {} }, /^compile: variables is a Map/],
    ['a Map of entries', { variables: {}, entries: new Map() }, /^compile: entries is a Map/],
    [
      'a model of tf.layers',
      {
        variables: tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] }),
        entries: {},
      },
      /^compile: variables is a tf\.layers model, .* give their values by name/,
    ],
    ['a tensor', variable(tf.zeros([3])), /^variable w is a tensor: give its shape and values/],
    ['a tf.Variable', variable(tf.variable(tf.zeros([3]))), /^variable w is a tensor: give its shape/],
    ['a seed of words', { variables: {}, entries: {}, seed: 'lucky' }, /^compile: seed is 'lucky'/],
  ])('refuses %s', (_, spec, message) => {
    expect(refusal(() => made(spec, mode))).toMatch(message);
  });

  it.each([
    [null, /^compile: options is null: write for example \{ mode: 'eager' \}/],
    ['eager', /^compile: options is 'eager'/],
    [{ warn: 3 }, /^compile: warn is 3: give a function/],
  ])('refuses %j for options', (options, message) => {
    const spec = { variables: {}, entries: {} };
    expect(refusal(() => compile(spec, options as Parameters<typeof compile>[1]))).toMatch(message);
  });

  it('refuses a mode that is none', () => {
    expect(refusal(() => made({ variables: {}, entries: {} }, 'grpah' as Mode))).toMatch(
      /^compile: mode is 'grpah'/,
    );
  });
});

describe.each(modes)('in mode %s, minimize', (mode) => {
  it.each([
    [
      'an optimizer with a typo',
      { optimizer: 'adm' },
      /no optimizer 'adm': did you mean adam\?; there are: sgd, rmsprop, adam, adamw/,
    ],
    [
      'a kind with a typo',
      { optimizer: { kind: 'rmsporp' } },
      /no optimizer 'rmsporp': did you mean rmsprop\?/,
    ],
    [
      'no optimizer',
      { optimizer: undefined },
      /optimizer is undefined: write for example \{ kind: 'adam' \}/,
    ],
    ["tfjs' optimizer", { optimizer: tf.train.sgd(1) }, /no optimizer undefined|no optimizer/],
    [
      'a wrong setting',
      { optimizer: { kind: 'adam', beta_1: 0.9 } },
      /no setting of adam 'beta_1': did you mean beta1\?/,
    ],
    [
      'a setting out of range',
      { optimizer: { kind: 'adam', beta1: 1 } },
      /adam's beta1 is 1: it must be a number from 0 to below 1/,
    ],
    ['no rate', { learningRate: undefined }, /learningRate is undefined: give a number, or an input/],
    ['a rate that is NaN', { learningRate: Number.NaN }, /learningRate is NaN/],
    [
      'a rate of several',
      { learningRate: tf.tensor1d([1, 2]) },
      /learningRate is a float32 tensor of the shape \[2\]/,
    ],
    ['a function as rate', { learningRate: () => 0.1 }, /learningRate is a function/],
    ['a negative norm', { clipNorm: -1 }, /clipNorm is -1: give a number above 0/],
    ['the name of what draws', { name: 'random' }, /name is 'random': give a word/],
    ['an unknown variable', { variables: ['v'] }, /no variable v; there are: w/],
    ['a list that is none', { variables: 'w' }, /variables is 'w': give a list/],
    ['an empty list', { variables: [] }, /no float32 variable to move/],
  ])('refuses %s', (_, options, message) => {
    const found = refusedRun(mode, minimizing(options));
    expect(found).toMatch(/^entry work, minimize: /);
    expect(found).toMatch(message);
  });

  it.each([
    [
      'a loss that is a tensor',
      ({ variables }: OwnStep) => tf.sum(variables.w),
      /the loss is a Tensor: give a function/,
    ],
    [
      'a loss of several numbers',
      ({ variables }: OwnStep) =>
        () =>
          tf.square(variables.w),
      /the loss has the shape \[3\]/,
    ],
    ['a loss of nothing', () => () => {}, /the loss gives undefined: it must give a tensor/],
    ['a loss that promises', () => async () => tf.scalar(1), /the loss gives a promise/],
    [
      'a whole number as loss',
      ({ variables }: OwnStep) =>
        () =>
          tf.sum(tf.cast(variables.w, 'int32')),
      /the loss is int32/,
    ],
    ['a loss without variables', () => () => tf.scalar(1), /the loss depends on none of w/],
  ])('refuses %s', (_, loss, message) => {
    const found = refusedRun(mode, minimizing({}, loss as (step: OwnStep) => unknown));
    expect(found).toMatch(/^entry work, minimize: /);
    expect(found).toMatch(message);
  });

  it('refuses to keep its state where a variable is', () => {
    const spec = {
      variables: { 'critic/step': normal([], 1) },
      entries: {
        go: {
          inputs: {},
          run: (_: unknown, step: Step) =>
            step.minimize(() => tf.square(required(step.variables, 'critic/step')) as Scalar, {
              optimizer: 'sgd',
              learningRate: 1,
              name: 'critic',
            }),
        },
      },
    };
    expect(refusal(() => made(spec, mode).run('go', {}))).toMatch(
      /keeps its state under critic\/…, where the variable critic\/step is/,
    );
  });

  it('takes a number as learning rate and an optimizer by its name', () => {
    const trained = (options: object) => {
      const program = made(entry(minimizing(options)), mode);
      program.run('work', { x });
      const { w } = program.state();
      program.dispose();
      return [...w!.data];
    };
    const start = [...normal([3], 1).data];
    expect(trained({ optimizer: 'sgd', learningRate: 0.25 })).toEqual(
      start.map((value) => Math.fround(value / 2)),
    );
    expect(trained({ optimizer: 'adam' })).toEqual(trained({ optimizer: { kind: 'adam' } }));
  });
});
