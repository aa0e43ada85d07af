import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eigenSymmetric } from '../../src/common/eigenSymmetric.js';
import { Random } from '../../src/common/random.js';

it('eigenvectors solve A v = λ v, are orthonormal, and come smallest first', () => {
  const matrices = fc.integer({ min: 1, max: 6 }).chain((n) =>
    fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: n, maxLength: n }), {
      minLength: n,
      maxLength: n,
    }),
  );
  fc.assert(
    fc.property(matrices, (m) => {
      const n = m.length;
      const a = m.map((row, i) => row.map((value, j) => value + m[j]![i]!));
      const { values, vectors } = eigenSymmetric(Float64Array.from(a.flat()), n);
      const columns = Array.from(values, (_, k) => Array.from(vectors.filter((_, i) => i % n === k)));
      const dot = (x: readonly number[], y: readonly number[]) =>
        x.reduce((sum, value, i) => sum + value * y[i]!, 0);
      columns.forEach((v, k) => {
        a.forEach((row, i) => {
          expect(dot(row, v)).toBeCloseTo(values[k]! * v[i]!, 8);
        });
        columns.forEach((w, j) => {
          expect(dot(v, w)).toBeCloseTo(j === k ? 1 : 0, 8);
        });
        if (k > 0) expect(values[k]!).toBeGreaterThanOrEqual(values[k - 1]! - 1e-9);
      });
    }),
  );
});

it.each([
  [133, 64, 2],
  [99, 96, 3],
  [89, 96, 7],
])(
  'finds the eigenvalues of a matrix of low rank, whose others are rounding errors (seed %d, %d×, rank %d)',
  (seed, n, rank) => {
    const random = Random.for(seed, 'x');
    const factors = Float64Array.from({ length: n * rank }, () => random.normal());
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k < rank; k++)
          a[i * n + j]! += 10 ** (-2 * k) * factors[i * rank + k]! * factors[j * rank + k]!;
    const { values, vectors } = eigenSymmetric(a, n);
    expect(values[n - 1]!).toBeGreaterThan(1);
    for (let k = 0; k < n; k++)
      for (let i = 0; i < n; i++) {
        let image = 0;
        for (let j = 0; j < n; j++) image += a[i * n + j]! * vectors[j * n + k]!;
        expect(Math.abs(image - values[k]! * vectors[i * n + k]!)).toBeLessThan(1e-12 * values[n - 1]!);
      }
  },
);
