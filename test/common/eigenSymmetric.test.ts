import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eigenSymmetric } from '../../src/common/eigenSymmetric.js';

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
