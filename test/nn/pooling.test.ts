import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { maxPooling, meanPooling, poolingWinners, spread, unpool } from '../../src/nn/pooling.js';
import { stopGradient } from '../../src/nn/stopGradient.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { loadWasm } from '../../src/tensorflow/backend/wasm/wasm.js';

const { backend } = await loadTensorFlow();
await loadWasm();
const backends = backend === 'tensorflow' ? ['tensorflow', 'wasm'] : ['wasm'];
afterAll(() => tf.setBackend(backend));

/** Few different values, so that most windows hold several equal ones. */
const maps = fc
  .record({
    height: fc.integer({ min: 2, max: 7 }),
    width: fc.integer({ min: 2, max: 7 }),
    size: fc.constantFrom(2, 3),
  })
  .filter(({ height, width, size }) => height >= size && width >= size)
  .chain(({ height, width, size }) =>
    fc
      .array(fc.constantFrom(-1, 0, 2), { minLength: height * width * 2, maxLength: height * width * 2 })
      .map((values) => ({ shape: [1, height, width, 2] as [number, number, number, number], size, values })),
  );

const sum = (x: Tensor) => tf.sum(x).dataSync()[0]!;

describe.each(backends)('pooling on %s', (name) => {
  const onBackend = async (use: () => void) => {
    await tf.setBackend(name);
    tf.engine().startScope();
    use();
    tf.engine().endScope();
  };

  it('has one winner in each window, on ties and odd sizes, and it is the first of the largest', () =>
    onBackend(() =>
      fc.assert(
        fc.property(maps, ({ shape, size, values }) => {
          const x = tf.tensor4d(values, shape);
          const pooled = maxPooling(x, size);
          const winners = poolingWinners(x, pooled, size).arraySync()[0]!;
          const [, height, width] = shape;
          const expected = winners.map((row) => row.map((cell) => cell.map(() => 0)));
          const at = (y: number, z: number, c: number) => values[(y * width + z) * 2 + c]!;
          for (let top = 0; top + size <= height; top += size)
            for (let left = 0; left + size <= width; left += size)
              for (const c of [0, 1]) {
                const places = Array.from(
                  { length: size * size },
                  (_, i) => [top + Math.floor(i / size), left + (i % size)] as const,
                );
                const inside: number[] = places.map((place) => at(...place, c));
                const [y, z] = places[inside.indexOf(Math.max(...inside))]!;
                expected[y]![z]![c] = 1;
              }
          expect(winners).toEqual(expected);
        }),
        { numRuns: 40 },
      ),
    ));

  it('unpools to the winners, and its gradient is the choice of the winners', () =>
    onBackend(() => {
      const x: Tensor4D = tf.randomNormal([2, 5, 7, 3], 0, 1, 'float32', 1);
      const pooled = maxPooling(x, 2);
      const winners = poolingWinners(x, pooled, 2);
      // ⟨unpool(h), x⟩ = ⟨h, maxPooling(x)⟩: what is placed at the winners meets the values that won.
      const met = (h: Tensor4D) => tf.sum(tf.mul(unpool(h, winners, 2), x)) as tf.Scalar;
      const h: Tensor4D = tf.randomNormal(pooled.shape, 0, 1, 'float32', 2);
      expect(met(h).dataSync()[0]).toBeCloseTo(sum(tf.mul(h, pooled)), 4);
      const gradient = tf.grad((each: Tensor) => met(each as Tensor4D))(h);
      expect(sum(tf.abs(tf.sub(gradient, pooled)))).toBeLessThan(1e-4);
    }));

  it('spreads means: the adjoint of mean-pooling', () =>
    onBackend(() => {
      const x: Tensor4D = tf.randomNormal([2, 5, 7, 3], 0, 1, 'float32', 1);
      const pooled = meanPooling(x, 2);
      const h: Tensor4D = tf.randomNormal(pooled.shape, 0, 1, 'float32', 2);
      expect(sum(tf.mul(spread(h, 2, 5, 7), x))).toBeCloseTo(sum(tf.mul(h, pooled)), 4);
    }));

  it('stops gradients, and nothing else', () =>
    onBackend(() => {
      const x = tf.tensor1d([1, 2, 3]);
      const gradient = tf.grad((each: Tensor) => tf.sum(tf.mul(each, stopGradient(each))))(x);
      expect([...gradient.dataSync()]).toEqual([1, 2, 3]);
      const before = tf.memory().numTensors;
      stopGradient(x).dispose();
      expect(tf.memory().numTensors).toBe(before);
      expect([...x.dataSync()]).toEqual([1, 2, 3]);
    }));
});
