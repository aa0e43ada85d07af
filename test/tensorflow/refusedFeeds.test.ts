import { describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import tf from '../../src/tensorflow/backend/tf.js';
import type { Feed, Named, Program } from '../../src/tensorflow/spec/program.js';
import { normal } from './programs.js';
import { entry, made, minimizing, modes, type Run, refusal, vector, x } from './refusing.js';

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
      entry(({ x, n, b, s }) => ({ x: x, n: n, b: b, s: s }), inputs),
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
    expect(required(program.run('one', {}), 'y').data[0]).toBe(1);
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
    ['a Map', new Map([['w', 1]]), /^the saved state is a Map/],
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
      part: tf.floorDiv(tf.tensor1d([9], 'int32'), by),
      rest: tf.mod(tf.tensor1d([9], 'int32'), by),
      row: tf.add(tf.gather(tf.reshape(variables.w, [1, 3]), at as tf.Tensor1D), x),
    });
    const program = made(entry(run, { by: one, at: one, x: vector }), mode);
    const { part, rest, row } = program.run('work', { by: 4, at: 0, x });
    expect([part!.data[0], rest!.data[0]]).toEqual([2, 1]);
    expect([...row!.data]).toEqual([...normal([3], 1).data].map((value, i) => Math.fround(value + x[i]!)));
    program.dispose();
  });
});
