import { choleskyFactor } from '../../common/cholesky.js';
import { eigenSymmetric } from '../../common/eigenSymmetric.js';
import { centred } from './centre.js';
import type { HeldMatrix, LinearAlgebra, NormalSystem, StreamedMatrix } from './linearAlgebra.js';
import type { Matrix } from './matrix.js';
import { dampedFactor } from './normalSolver.js';

/** Linear algebra in plain TypeScript, in double precision: it runs everywhere and is fast enough for small problems. */
export const plainAlgebra: LinearAlgebra = {
  name: 'plain',
  hasSingle: false,
  hold,
  stream: (x, means) => new PlainStream(hold(x, means)),
  factorise: (a, n) => choleskyFactor(a, n),
  eigen: eigenSymmetric,
};

function hold(x: Matrix, means?: Float64Array): PlainMatrix {
  return new PlainMatrix(means ? centred(x, means) : x);
}

/** Columns of a block of the Gram matrix: one block of doubles then fits in a first-level cache. */
const BLOCK = 48;

class PlainMatrix implements HeldMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly #data: Float32Array | Float64Array;

  constructor({ rows, columns, data }: Matrix) {
    this.rows = rows;
    this.columns = columns;
    this.#data = data;
  }

  times(b: Float64Array, k: number): Float64Array {
    const { rows, columns } = this;
    const x = this.#data;
    const result = new Float64Array(rows * k);
    for (let i = 0; i < rows; i++) {
      for (let f = 0; f < columns; f++) {
        const value = x[i * columns + f]!;
        for (let j = 0; j < k; j++) result[i * k + j]! += value * b[f * k + j]!;
      }
    }
    return result;
  }

  transposedTimes(r: Float64Array, k: number): Float64Array {
    const { rows, columns } = this;
    const x = this.#data;
    const result = new Float64Array(columns * k);
    for (let i = 0; i < rows; i++) {
      for (let f = 0; f < columns; f++) {
        const value = x[i * columns + f]!;
        for (let j = 0; j < k; j++) result[f * k + j]! += value * r[i * k + j]!;
      }
    }
    return result;
  }

  squaredTimes(b: Float64Array, m: number, w: Float64Array, k: number): Float64Array {
    const data = this.times(b, m);
    for (let i = 0; i < data.length; i++) data[i]! *= data[i]!;
    return new PlainMatrix({ rows: this.rows, columns: m, data }).times(w, k);
  }

  gram(): Float64Array {
    const { columns } = this;
    const result = new Float64Array(columns * columns);
    for (let a = 0; a < columns; a += BLOCK) {
      for (let b = a; b < columns; b += BLOCK) this.#gramBlock(result, a, b);
    }
    return mirrored(result, columns);
  }

  outerGram(): Float64Array {
    const { rows, columns } = this;
    const x = this.#data;
    const result = new Float64Array(rows * rows);
    for (let i = 0; i < rows; i++) {
      for (let j = i; j < rows; j++) {
        let sum = 0;
        for (let f = 0; f < columns; f++) sum += x[i * columns + f]! * x[j * columns + f]!;
        result[i * rows + j] = sum;
      }
    }
    return mirrored(result, rows);
  }

  dispose(): void {}

  #gramBlock(result: Float64Array, fromA: number, fromB: number): void {
    const { rows, columns } = this;
    const x = this.#data;
    const toA = Math.min(columns, fromA + BLOCK);
    const toB = Math.min(columns, fromB + BLOCK);
    for (let i = 0; i < rows; i++) {
      for (let a = fromA; a < toA; a++) {
        const value = x[i * columns + a]!;
        for (let b = fromB; b < toB; b++) result[a * columns + b]! += value * x[i * columns + b]!;
      }
    }
  }
}

class PlainStream implements StreamedMatrix {
  readonly #x: PlainMatrix;

  constructor(x: PlainMatrix) {
    this.#x = x;
  }

  normalSystem(y: Float64Array, k: number, shift: number): NormalSystem {
    return {
      factor: dampedFactor(plainAlgebra, this.#x.gram(), { shift }),
      right: this.#x.transposedTimes(y, k),
    };
  }

  leftOver(v: Float64Array, k: number, y: Float64Array): Float64Array {
    const image = this.#x.times(v, k);
    return this.#x.transposedTimes(
      image.map((value, i) => y[i]! - value),
      k,
    );
  }
}

/** Copy what is above the diagonal below it, in place. By blocks: a whole row's copy would touch as many pages as columns. */
export function mirrored(a: Float64Array, n: number): Float64Array {
  for (let top = 0; top < n; top += BLOCK) {
    const bottom = Math.min(n, top + BLOCK);
    for (let left = top; left < n; left += BLOCK) {
      const right = Math.min(n, left + BLOCK);
      for (let i = top; i < bottom; i++)
        for (let j = Math.max(left, i + 1); j < right; j++) a[j * n + i] = a[i * n + j]!;
    }
  }
  return a;
}
