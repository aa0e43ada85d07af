import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import { fitSize, shownSize, sizeAt } from '../../src/tensorflow/sizes/size.js';
import { native } from '../tensorflow/programs.js';
import { computed, difference, drawn, exported, withOnnx } from './exported.js';
import { anySize, sizedRows } from './openProgram.js';

describe('a size that depends on open ones', () => {
  it('is found from the corners, whichever it is', () => {
    const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 4 });
    const sides = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(numbers, sides, sides, (size, [batch, time], other) => {
        const corners = [0, 1, 2, 3].map((corner) =>
          sizeAt(size, [batch + (corner & 1), time + (corner >> 1)]),
        );
        const found = fitSize(corners, [batch, time]);
        expect(found.map((factor) => factor + 0)).toEqual(size.map((factor) => factor + 0));
        expect(sizeAt(found, other)).toBe(sizeAt(size, other));
      }),
    );
  });

  it('is shown as one would write it', () => {
    const shown = (...size: number[]) => shownSize(size, ['batch', 'time']);
    expect(shown(7, 0, 0, 0)).toBe(7);
    expect(shown(0, 1, 0, 0)).toBe('batch');
    expect(shown(0, 0, 0, 4)).toBe('4*batch*time');
    expect(shown(-1, 0, 1, 0)).toBe('time - 1');
    expect(shown(3, 2, 0, 0)).toBe('2*batch + 3');
  });
});

describe.runIf(native)('an entry of open sizes', () => {
  const program = sizedRows(anySize);

  it.each(Object.keys(anySize))('computes at any size what is recorded at that size: %s', async (entry) => {
    const file = exported(program, {}, [entry])[entry]!;
    expect(file.inputs.x).toEqual(['batch', 'time', 3]);
    await withOnnx(file, async (session) => {
      for (const [batch, time] of [
        [1, 2],
        [2, 3],
        [6, 9],
      ] as const) {
        const x = drawn([batch, time, 3], batch);
        const expected = computed(program, { batch, time }, {}, entry, { x });
        expect(difference(await session.run({ x }), expected)).toBeLessThan(1e-6);
      }
    });
  });

  it('says what its sides are', () => {
    const { rows, constants } = exported(program, {}, ['rows', 'constants']);
    expect(rows!.outputs).toEqual({ rows: ['batch*time', 3], same: ['batch', 'time', 1, 3] });
    expect(constants!.outputs).toEqual({
      longer: ['batch', 'time + 2', 3],
      area: ['batch*time + 1', 2],
      zeros: ['batch', 5],
    });
  });

  it.each([
    // A loop over frames, a number that is a size, values that differ, and a size that is no sum of products.
    [
      'unrolled',
      (x: Tensor) => ({ y: tf.stack(tf.unstack(x, 1).map((row) => tf.relu(row))) }),
      ['batch', 4, 3],
    ],
    ['scaled', (x: Tensor, batch: number) => ({ y: tf.div(x, batch) }), [1, 'time', 3]],
    [
      'numbered',
      (x: Tensor, batch: number) => ({
        y: tf.add(x, tf.reshape(tf.tensor1d([...Array(batch).keys()]), [batch, 1, 1])),
      }),
      [1, 'time', 3],
    ],
    [
      'squared',
      (x: Tensor, batch: number) => ({ y: tf.mul(tf.zeros([batch * batch, 1]), tf.mean(x)) }),
      [1, 'time', 3],
    ],
    ['neither', (x: Tensor, batch: number, time: number) => ({ y: tf.div(x, batch * time) }), [1, 4, 3]],
  ] as const)('keeps a size that it uses otherwise: %s', async (name, run, sides) => {
    const closed = sizedRows({ [name]: run });
    const file = exported(closed, {}, [name])[name]!;
    expect(file.inputs.x).toEqual(sides);
    const sizes = { batch: typeof sides[0] === 'string' ? 5 : 1, time: typeof sides[1] === 'string' ? 6 : 4 };
    const x = drawn([sizes.batch, sizes.time, 3], 4);
    const expected = computed(closed, sizes, {}, name, { x });
    expect(
      await withOnnx(file, async (session) => difference(await session.run({ x }), expected)),
    ).toBeLessThan(1e-6);
  });

  it('keeps what was chosen', () => {
    const { rows } = exported(sizedRows(anySize, ['time']), {}, ['rows']);
    expect(rows!.inputs.x).toEqual([1, 'time', 3]);
    expect(rows!.outputs.rows).toEqual(['time', 3]);
  });
});
