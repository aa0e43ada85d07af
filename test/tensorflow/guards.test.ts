import { describe, expect, it } from 'vitest';
import type { ForeframeError } from '../../src/common/errors.js';
import { required } from '../../src/common/required.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { Entry, Step } from '../../src/tensorflow/spec/program.js';
import { native, normal } from './programs.js';

/** Compile one entry over one input and one variable. */
function compileEntry(body: (x: Tensor, step: Step) => Tensor) {
  const entry: Entry = {
    inputs: { x: { shape: [3], dtype: 'float32' } },
    run: ({ x }, step) => ({ y: body(x!, step) }),
  };
  return compile({ variables: { w: normal([3], 1) }, entries: { work: entry } });
}

function refusal(body: (x: Tensor, step: Step) => Tensor): string {
  try {
    compileEntry(body).dispose();
  } catch (error) {
    return String(error);
  }
  return 'not refused';
}

describe.runIf(native)('compiling refuses', () => {
  it('a value computed in JavaScript from an input, naming the read and the line', () => {
    const message = refusal((x) => tf.mul(x, tf.scalar(Math.sin(x.dataSync()[0]!))));
    expect(message).toMatch(/entry work reads the value of a tensor tf\.dataSync at .*guards\.test\.ts:\d+/);
  });

  it('a value computed from a variable, even where it happens to be the same twice', () => {
    const message = refusal((x, { variables }) =>
      tf.mul(x, required(variables, 'w').dataSync()[0]! > -1e9 ? 1 : 2),
    );
    expect(message).toMatch(/reads the value/);
  });

  it('a constant that changes, naming the op that made it and the line', () => {
    let calls = 0;
    const message = refusal((x) => tf.mul(x, tf.scalar(calls++)));
    expect(message).toMatch(/the value of tf\.scalar at .*guards\.test\.ts:\d+ changes from run to run/);
  });

  it('a change between two constants that are large or have been seen before', () => {
    let calls = 0;
    expect(refusal((x) => tf.add(tf.mul(x, 1), tf.scalar(calls++)))).toMatch(/tf\.scalar at/);
    expect(refusal((x) => tf.sum(tf.mul(x, tf.fill([500, 3], calls++))))).toMatch(/tf\.fill at/);
  });

  it("tfjs' own random numbers, with the way to draw them in a graph", () => {
    expect(refusal((x) => tf.add(x, tf.randomNormal([3])))).toMatch(
      /step\.randomUniform or step\.randomNormal/,
    );
    expect(refusal((x) => tf.dropout(x, 0.5))).toMatch(/step\.randomUniform or step\.randomNormal/);
  });

  it('another path for other values', () => {
    let calls = 0;
    expect(refusal((x) => (calls++ === 0 ? tf.sin(x) : tf.cos(x)))).toMatch(
      /which ops run depends on values, from tf\.sin at .*guards\.test\.ts/,
    );
    expect(refusal((x) => (calls++ % 2 === 0 ? tf.sin(x) : tf.square(tf.sin(x))))).toMatch(/which ops run/);
  });

  it('what would freeze, with a code that no other refusal has', () => {
    const codeOf = (body: (x: Tensor, step: Step) => Tensor) => {
      try {
        compileEntry(body).dispose();
      } catch (error) {
        return (error as ForeframeError).code;
      }
      return 'not refused';
    };
    let calls = 0;
    expect(codeOf((x) => tf.mul(x, x.dataSync()[0]!))).toBe('frozen');
    expect(codeOf((x) => tf.mul(x, tf.scalar(calls++)))).toBe('frozen');
    expect(codeOf((x) => (calls++ % 2 === 0 ? tf.sin(x) : tf.cos(x)))).toBe('frozen');
    expect(codeOf(() => 1 as unknown as Tensor)).toBe('failed');
  });

  it('a constant above 1 MB, but not zeros of that size', () => {
    const large = tf.tensor1d(Float32Array.from({ length: 300_000 }, (_, i) => i));
    expect(refusal((x) => tf.add(tf.sum(large), x))).toMatch(/is 1\.1 MB, more than the 1 MB/);
    expect(refusal((x) => tf.add(tf.sum(tf.zeros([300_000])), x))).toBe('not refused');
    large.dispose();
  });

  it('updates that go past the step', () => {
    const message = refusal((x, { variables }) => {
      (variables.w as tf.Variable).assign(x);
      return x;
    });
    expect(message).toMatch(/variable w was set by tfjs' own assign or optimizer: use step\.assign/);
  });

  it('what is asynchronous or no tensor', () => {
    const entry = { inputs: {}, run: async () => ({}) };
    // A JavaScript caller has no types to stop this.
    const loose: { run: unknown; inputs: object } = entry;
    expect(() => compile({ variables: {}, entries: { late: loose as Entry } })).toThrow(
      /entry late is asynchronous/,
    );
  });
});

describe.runIf(native)('compiling leaves', () => {
  it('the backend and the memory as they were after a refusal', () => {
    const before = tf.memory().numTensors;
    const { binding } = tf.backend() as tf.KernelBackend & { binding: object };
    refusal((x) => tf.mul(x, x.dataSync()[0]!));
    expect(tf.memory().numTensors).toBe(before);
    expect((tf.backend() as tf.KernelBackend & { binding: object }).binding).toBe(binding);
  });

  it('closure constants and tensors made outside as they are', () => {
    const outside = tf.tensor1d([1, 2, 3]);
    const program = compileEntry((x) => tf.add(x, outside));
    outside.dispose();
    expect([...required(program.run('work', { x: Float32Array.of(1, 1, 1) }), 'y').data]).toEqual([2, 3, 4]);
    program.dispose();
  });

  it('gathering and one-hot by fed indices at work', () => {
    const program = compile({
      variables: { table: normal([5, 2], 1) },
      entries: {
        look: {
          inputs: { at: { shape: [2], dtype: 'int32' } },
          run: ({ at }, { variables }) => ({ row: tf.gather(variables.table, at as tf.Tensor1D) }),
        },
      },
    });
    expect(program.mode).toBe('graph');
    const table = normal([5, 2], 1).data;
    expect(program.run('look', { at: Int32Array.of(4, 2) }).row.data).toEqual(
      Float32Array.of(table[8]!, table[9]!, table[4]!, table[5]!),
    );
    program.dispose();
  });
});
