import { beforeAll, describe, expect, it } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { compile } from '../../src/tensorflow/compile.js';
import type { Feed, Named, Program, Step } from '../../src/tensorflow/program.js';
import tf, { type Scalar, type Tensor } from '../../src/tensorflow/tf.js';
import { native, normal } from './programs.js';

const modes = native ? (['eager', 'graph'] as const) : (['eager'] as const);
type Mode = (typeof modes)[number];
type Run = (inputs: Named<Tensor>, step: Step) => unknown;

/** What a JavaScript caller writes: no types stop it. */
function made(spec: unknown, mode: Mode, options: object = {}): Program {
  return compile(spec as Parameters<typeof compile>[0], { mode, ...options });
}

const vector = { shape: [3], dtype: 'float32' } as const;
const weights = () => ({ w: normal([3], 1) });
const entry = (run: Run, inputs: object = { x: vector }) => ({
  variables: weights(),
  entries: { work: { inputs, run } },
});
const x = Float32Array.of(1, 2, 3);

/** The one line with which making a program, or running its entry once, is refused. */
function refusal(body: () => unknown): string {
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

function refusedRun(mode: Mode, run: Run, inputs?: object): string {
  return refusal(() => {
    const program = made(entry(run, inputs), mode);
    try {
      program.run('work', { x });
    } finally {
      program.dispose();
    }
  });
}

const squares = (step: Step) => () => tf.sum(tf.square(step.variables.w!)) as Scalar;
const minimizing =
  (options: object, loss?: (step: Step) => unknown): Run =>
  (_, step) =>
    step.minimize((loss ? loss(step) : squares(step)) as () => Scalar, {
      optimizer: { kind: 'sgd' },
      learningRate: 0.1,
      ...options,
    });

describe.each(modes)('in mode %s, a variable that is not the program’s', (mode) => {
  let outer: tf.Variable;
  beforeAll(() => {
    outer = tf.variable(tf.tensor1d([1, 2, 3]), true, `outer-${mode}`);
  });
  const uses: readonly (readonly [string, Run])[] = [
    ['in an op', ({ x }) => ({ y: tf.add(x!, outer) })],
    ['in a method', ({ x }) => ({ y: outer.mul(x!) })],
    ['copied', ({ x }) => ({ y: tf.add(x!, outer.clone()) })],
    ['reshaped', ({ x }) => ({ y: tf.add(x!, tf.reshape(outer, [1, 3])) })],
    ['in a list', ({ x }) => ({ y: tf.stack([x!, outer]) })],
    ['read', ({ x }) => ({ y: tf.mul(x!, outer.dataSync()[0]!) })],
    ['read as a list', ({ x }) => ({ y: tf.mul(x!, (outer.arraySync() as number[])[0]!) })],
    ['in a loss', minimizing({}, (step) => () => tf.sum(tf.mul(step.variables.w!, outer)))],
    ['returned', () => ({ y: outer })],
    [
      'assigned',
      (_, step) => {
        step.assign('w', outer);
        return {};
      },
    ],
    [
      'set',
      ({ x }) => {
        outer.assign(x as tf.Tensor1D);
        return {};
      },
    ],
  ];
  it.each(uses)('is refused by its name: %s', (_, run) => {
    expect(refusedRun(mode, run)).toMatch(
      new RegExp(
        `^entry work uses the tf.Variable outer-${mode}, which is not the program's: .*\`variables\``,
      ),
    );
    expect([...outer.dataSync()]).toEqual([1, 2, 3]);
  });

  it('is refused before it was ever used, and as a learning rate', () => {
    const fresh = tf.variable(tf.scalar(0.1), false, `rate-${mode}`);
    expect(refusedRun(mode, minimizing({ learningRate: fresh }))).toContain(`tf.Variable rate-${mode}`);
    expect(refusedRun(mode, () => ({ y: fresh }))).toContain(`tf.Variable rate-${mode}`);
    fresh.dispose();
  });

  it('is refused where it is the weight of a tf.layers model', () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 2, inputShape: [3], name: `dense_${mode}` })],
    });
    const message = refusedRun(mode, ({ x }) => ({ y: model.apply(tf.reshape(x!, [1, 3])) }));
    expect(message).toContain(`uses the tf.Variable dense_${mode}/kernel`);
    model.dispose();
  });

  it('and the program’s own set by tfjs are told apart', () => {
    const own: Run = ({ x }, step) => {
      (step.variables.w as tf.Variable).assign(x!);
      return {};
    };
    expect(refusedRun(mode, own)).toMatch(/variable w was set by tfjs' own assign .* use step\.assign/);
    const optimizer = tf.train.sgd(0.1);
    const theirs: Run = (_, step) => {
      optimizer.minimize(squares(step), false, [step.variables.w as tf.Variable]);
      return {};
    };
    expect(refusedRun(mode, theirs)).toMatch(/variable w was set by tfjs' own assign or optimizer/);
  });
});

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
    ['a seed of words', { variables: {}, entries: {}, seed: 'lucky' }, /^compile: seed is 'lucky'/],
  ])('refuses %s', (_, spec, message) => {
    expect(refusal(() => made(spec, mode))).toMatch(message);
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
      ({ variables }: Step) => tf.sum(variables.w!),
      /the loss is a Tensor: give a function/,
    ],
    [
      'a loss of several numbers',
      ({ variables }: Step) =>
        () =>
          tf.square(variables.w!),
      /the loss has the shape \[3\]/,
    ],
    ['a loss of nothing', () => () => {}, /the loss gives undefined: it must give a tensor/],
    ['a loss that promises', () => async () => tf.scalar(1), /the loss gives a promise/],
    [
      'a whole number as loss',
      ({ variables }: Step) =>
        () =>
          tf.sum(tf.cast(variables.w!, 'int32')),
      /the loss is int32/,
    ],
    ['a loss without variables', () => () => tf.scalar(1), /the loss depends on none of w/],
  ])('refuses %s', (_, loss, message) => {
    const found = refusedRun(mode, minimizing({}, loss as (step: Step) => unknown));
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
            step.minimize(() => tf.square(step.variables['critic/step']!) as Scalar, {
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

describe.each(modes)('in mode %s, an entry', (mode) => {
  it.each([
    ['returns a tensor', ({ x }) => x, /^entry work returns a tensor: return its outputs by name/],
    ['returns nothing', () => {}, /^entry work returns nothing/],
    ['returns a list', ({ x }) => [x], /^entry work returns \[a Tensor\]/],
    ['returns a number', () => 3, /^entry work returns 3/],
    [
      'returns a nested record',
      ({ x }) => ({ a: { x } }),
      /^entry work: output a is no tensor but a Object|an object/,
    ],
    ['returns a number by name', () => ({ y: 3 }), /^entry work: output y is no tensor but 3/],
    ['is asynchronous', async ({ x }) => ({ x }), /^entry work is asynchronous/],
    [
      'fails asynchronously',
      async () => {
        throw new Error('late');
      },
      /^entry work is asynchronous/,
    ],
    ['returns text', () => ({ y: tf.tensor1d(['a']) }), /output y is string/],
    ['returns complex numbers', ({ x }) => ({ y: tf.complex(x!, x!) }), /output y is complex64/],
    [
      'assigns what is no variable',
      ({ x }, step) => {
        step.assign('v', x!);
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
      const run: Run = ({ x }) => ({ y: op(tf.reshape(x!, [1, 1, 3, 1])) });
      expect(refusedRun(mode, run)).toMatch(message);
    },
  );

  it('that runs another program is refused', () => {
    const other = made(
      { variables: {}, entries: { one: { inputs: {}, run: () => ({ y: tf.scalar(1) }) } } },
      mode,
    );
    expect(refusedRun(mode, () => ({ y: tf.scalar(other.run('one', {}).y!.data[0]!) }))).toMatch(
      /^entry work runs a program/,
    );
    other.dispose();
  });

  it('whose op TensorFlow refuses says so in one line', () => {
    const inputs = { x: vector, at: { shape: [1], dtype: 'int32' } };
    const program = made(
      entry(({ at }, { variables }) => ({ y: tf.gather(variables.w!, at as tf.Tensor1D) }), inputs),
      mode,
    );
    expect(program.run('work', { x, at: Int32Array.of(2) }).y!.data[0]).toBe(normal([3], 1).data[2]);
    if (mode === 'graph')
      expect(refusal(() => program.run('work', { x, at: Int32Array.of(7) }))).toMatch(
        /^entry work: .*7 is not in \[0, 3\)$/,
      );
    program.dispose();
  });
});

describe.each(modes)('in mode %s, a feed', (mode) => {
  const inputs = {
    x: vector,
    n: { shape: [2], dtype: 'int32' },
    b: { shape: [2], dtype: 'uint8' },
    s: { shape: [], dtype: 'float32' },
  };
  const good: Named<Feed> = { x, n: Int32Array.of(1, 2), b: Uint8Array.of(1, 255), s: 1 };
  it.each([
    ['is missing', { s: undefined }, /^input work\.s is missing$/],
    [
      'is missing under a slip of its name',
      { s: undefined, S: 1 },
      /^input work\.s is missing: S was fed, which is no input/,
    ],
    ['is null', { s: null }, /^input work\.s is missing/],
    ['is a tensor', { x: tf.tensor1d([1, 2, 3]) }, /^input work\.x is a tensor: feed its values/],
    ['is text', { x: 'abc' }, /^input work\.x is 'abc': feed a number or a flat/],
    ['is nested', { x: [[1, 2, 3]] }, /^input work\.x is \[\[1, 2, 3\]\]: feed a number or a flat/],
    ['is a list of text', { x: ['1', '2', '3'] }, /^input work\.x is \['1', '2', '3'\]/],
    ['is of big numbers', { n: BigInt64Array.of(1n, 2n) }, /^input work\.n is a BigInt64Array/],
    ['has too few values', { x: x.subarray(1) }, /^input work\.x holds 2 values, \[3\] needs 3/],
    ['is one number for several', { x: 1 }, /^input work\.x holds 1 values, \[3\] needs 3/],
    [
      'has fractions for whole numbers',
      { n: Float32Array.of(1, 0.5) },
      /^input work\.n holds 0\.5, which is not an int32/,
    ],
    ['has NaN for whole numbers', { n: [1, Number.NaN] }, /^input work\.n holds NaN, which is not an int32/],
    [
      'has fractions for bytes',
      { b: Float32Array.of(0, 0.25) },
      /^input work\.b holds 0\.25, which is not a byte/,
    ],
    ['has more than a byte', { b: Int32Array.of(0, 256) }, /^input work\.b holds 256, which is not a byte/],
  ])('that %s is refused', (_, wrong, message) => {
    const program = made(
      entry(({ x, n, b, s }) => ({ x: x!, n: n!, b: b!, s: s! }), inputs),
      mode,
    );
    expect(refusal(() => program.run('work', { ...good, ...wrong } as unknown as Named<Feed>))).toMatch(
      message,
    );
    const { n, b } = program.run('work', {
      ...good,
      n: Uint8Array.of(3, 4),
      b: [0, 255],
    } as unknown as Named<Feed>);
    expect([...n!.data, ...b!.data]).toEqual([3, 4, 0, 255]);
    program.dispose();
  });

  it('that is no record is refused', () => {
    const program = made(
      entry(() => ({})),
      mode,
    );
    expect(refusal(() => program.run('work', x as unknown as Named<Feed>))).toMatch(
      /^entry work was fed a Float32Array: feed its inputs by name, as \{ x \}/,
    );
    expect(refusal(() => program.run('work', undefined as unknown as Named<Feed>))).toMatch(
      /^entry work was fed undefined/,
    );
    program.dispose();
  });
});

describe.each(modes)('in mode %s, a program', (mode) => {
  it('names the nearest entry, and none where there are none', () => {
    const program = made(
      entry(() => ({})),
      mode,
    );
    expect(refusal(() => program.run('wrok', {}))).toBe('no entry wrok: did you mean work?; there are: work');
    expect(refusal(() => program.run('constructor', {}))).toMatch(/^no entry constructor/);
    const empty = made({ variables: {}, entries: {} }, mode);
    expect(refusal(() => empty.run('work', {}))).toBe('no entry work; the program has none');
    program.dispose();
    empty.dispose();
  });

  it('without variables has an empty state', () => {
    const program = made(
      { variables: {}, entries: { one: { inputs: {}, run: () => ({ y: tf.scalar(1) }) } } },
      mode,
    );
    expect(program.state()).toEqual({});
    program.restore({});
    expect(program.run('one', {}).y!.data[0]).toBe(1);
    expect(refusal(() => program.restore({ w: normal([3], 1) }))).toMatch(
      /no variable w that the saved state names/,
    );
    program.dispose();
  });

  it.each([
    [
      'an unknown name',
      { v: normal([3], 1) },
      /^the program has no variable v that the saved state names: did you mean w\?/,
    ],
    ['an unknown slot', { 'optimizer/v/first': normal([3], 1) }, /no variable optimizer\/v\/first/],
    ['another shape', { w: normal([2], 1) }, /^variable w is \[3\], the saved one is \[2\]/],
    [
      'another shape of a slot',
      { 'optimizer/w/first': normal([2], 1) },
      /^variable optimizer\/w\/first is \[3\], the saved one is \[2\]/,
    ],
    [
      'another type',
      { w: { shape: [3], data: new Int32Array(3) } },
      /^variable w is float32, the saved one is int32/,
    ],
    ['too few values', { w: { shape: [3], data: new Float32Array(2) } }, /^the saved w holds 2 values/],
    ['null', { w: null }, /^the saved w is null/],
    ['no record', [], /^the saved state is \[\]/],
  ])('refuses to restore %s, and stays as it is', (_, state, message) => {
    const program = made(entry(minimizing({ optimizer: 'adam' })), mode);
    const before = program.state();
    expect(refusal(() => program.restore(state as Parameters<Program['restore']>[0]))).toMatch(message);
    expect(program.state()).toEqual(before);
    program.dispose();
  });

  it('that was disposed of says so, however often', () => {
    const program = made(
      entry(() => ({})),
      mode,
    );
    program.dispose();
    program.dispose();
    for (const use of [() => program.run('work', { x }), () => program.state(), () => program.restore({})])
      expect(refusal(use)).toBe('this program was disposed of: compile another');
  });

  it('divides by fed whole numbers and looks up by them in a table of one', () => {
    const one = { shape: [1], dtype: 'int32' };
    const run: Run = ({ by, at, x }, { variables }) => ({
      part: tf.floorDiv(tf.tensor1d([9], 'int32'), by!),
      rest: tf.mod(tf.tensor1d([9], 'int32'), by!),
      row: tf.add(tf.gather(tf.reshape(variables.w!, [1, 3]), at as tf.Tensor1D), x!),
    });
    const program = made(entry(run, { by: one, at: one, x: vector }), mode);
    const { part, rest, row } = program.run('work', { by: 4, at: 0, x });
    expect([part!.data[0], rest!.data[0]]).toEqual([2, 1]);
    expect([...row!.data]).toEqual([...normal([3], 1).data].map((value, i) => Math.fround(value + x[i]!)));
    program.dispose();
  });
});
