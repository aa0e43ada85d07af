import { describe, expect, expectTypeOf, it } from 'vitest';
import tf, { type Scalar, type Tensor } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type {
  Feed,
  HostArray,
  Named,
  Program,
  ProgramSpec,
  Step,
} from '../../src/tensorflow/spec/program.js';
import { native, normal } from './programs.js';

// `npm run types` compiles this file: a line under @ts-expect-error that compiles is an error there.

const modes = native ? (['eager', 'graph'] as const) : (['eager'] as const);
const x = Float32Array.of(1, 2, 3);

function regression(mode: 'eager' | 'graph') {
  return compile(
    {
      variables: {
        w: { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
        steps: { shape: [], data: Int32Array.of(0) },
      },
      entries: {
        train: {
          inputs: { x: { shape: [3], dtype: 'float32' }, rate: { shape: [], dtype: 'float32' } },
          run({ x, rate }, step) {
            expectTypeOf(x).toEqualTypeOf<tf.Tensor1D>();
            expectTypeOf(step.variables.w).toEqualTypeOf<tf.Tensor2D>();
            step.assign('steps', tf.add(step.variables.steps, tf.scalar(1, 'int32')));
            const loss = () => tf.sum(tf.square(tf.dot(x, step.variables.w))) as Scalar;
            return step.minimize(loss, { optimizer: 'sgd', learningRate: rate, variables: ['w'] });
          },
        },
        look: {
          inputs: { row: { shape: [1], dtype: 'int32' } },
          run: ({ row }, { variables }) => ({ found: tf.gather(variables.w, row), steps: variables.steps }),
        },
      },
    },
    { mode },
  );
}

describe.each(modes)('the names of a program that is written out (%s)', (mode) => {
  it('are known: entries, inputs, variables and outputs need no !', () => {
    const program = regression(mode);
    const { loss, gradientNorm } = program.run('train', { x, rate: 0.01 });
    expect(loss.data[0]).toBe(22 ** 2 + 28 ** 2);
    expect(gradientNorm.shape).toEqual([]);
    expect(program.run('look', { row: 2 }).steps.data[0]).toBe(1);
    expect(program.run('look', { row: Uint8Array.of(2) }).found.shape).toEqual([1, 2]);
    expect(program.state().w.shape).toEqual([3, 2]);
    expect(program.state()['optimizer/step']?.data[0]).toBe(1);
    program.dispose();
  });

  it('are checked when it runs, by the compiler as well as by the program', () => {
    const program = regression(mode);
    // @ts-expect-error no such entry
    expect(() => program.run('tarin', { x, rate: 1 })).toThrow(/did you mean train/);
    // @ts-expect-error an input is missing
    expect(() => program.run('train', { x })).toThrow(/train\.rate is missing/);
    // @ts-expect-error no such input
    expect(() => program.run('look', { line: 2 })).toThrow(/look\.row is missing/);
    // @ts-expect-error three values, of which a number is one
    expect(() => program.run('train', { x: 1, rate: 1 })).toThrow(/train\.x holds 1 values/);
    // @ts-expect-error fractions are no whole numbers
    expect(() => program.run('look', { row: Float32Array.of(0.5) })).toThrow(/0\.5, which is not an int32/);
    // @ts-expect-error the other entry's output
    expect(program.run('look', { row: 0 }).loss).toBeUndefined();
    // @ts-expect-error no such variable
    expect(program.state().v).toBeUndefined();
    program.dispose();
  });

  it('are checked inside of its entries', () => {
    const wrong = (run: (step: Step<{ w: HostArray }>) => void) =>
      compile(
        {
          variables: { w: normal([3], 1) },
          entries: {
            work: {
              inputs: { x: { shape: [3], dtype: 'float32' } },
              run: ({ x }, step) => {
                run(step);
                return { x };
              },
            },
          },
        },
        { mode },
      ).run('work', { x });
    // @ts-expect-error no such variable
    expect(() => wrong((step) => step.assign('v', tf.scalar(1)))).toThrow(/no variable v/);
    const options = { optimizer: 'sgd', learningRate: 1 } as const;
    expect(() =>
      // @ts-expect-error no such variable
      wrong((step) => step.minimize(() => tf.sum(step.variables.w), { ...options, variables: ['v'] })),
    ).toThrow(/no variable v/);
    // @ts-expect-error no such variable
    expect(() => wrong((step) => void step.variables.v.shape)).toThrow(/undefined/);
    const shape = [3] as const;
    const misread = () =>
      compile({
        variables: {},
        // @ts-expect-error no such input
        entries: { work: { inputs: { x: { shape, dtype: 'float32' } }, run: ({ y }) => ({ y }) } },
      }).run('work', { x });
    expect(misread).toThrow(/output y is not a tensor/);
  });
});

describe('names that are not known to TypeScript', () => {
  const spec = (names: readonly string[]): ProgramSpec => ({
    variables: {},
    entries: Object.fromEntries(
      names.map((name) => [
        name,
        {
          inputs: { x: { shape: [3], dtype: 'float32' } },
          run: ({ x }: Named<Tensor>) => ({ [name]: tf.mul(x!, 2) }),
        } as const,
      ]),
    ),
  });

  it('may be any, and a program of known names can stand where any program does', () => {
    const feeds: Named<Feed> = { x };
    const twice = (program: Program, entry: string) => program.run(entry, feeds)[entry]?.data;
    const unknown = compile(spec(['a', 'b']), { mode: 'eager' });
    expect(twice(unknown, 'b')).toEqual(Float32Array.of(2, 4, 6));
    const known = compile(
      {
        variables: {},
        entries: {
          c: { inputs: { x: { shape: [3], dtype: 'float32' } }, run: ({ x }) => ({ c: tf.mul(x, 2) }) },
        },
      },
      { mode: 'eager' },
    );
    expect(twice(known, 'c')).toEqual(Float32Array.of(2, 4, 6));
    // What a program of any names gives back goes into one of known names.
    known.restore({ ...unknown.state(), ...known.state() });
    known.restore(known.state());
    const all: Named<HostArray> = known.state();
    expect(Object.values(all)).toEqual([]);
    unknown.dispose();
    known.dispose();
  });
});
