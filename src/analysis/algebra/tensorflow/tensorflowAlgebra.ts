import { nativeBackend } from '../../../tensorflow/backend/native.js';
import type { Arithmetic, Eigen, HeldMatrix, LinearAlgebra } from '../linearAlgebra.js';
import type { Matrix } from '../matrix.js';
import { wholeFactor } from './tensorflowCholesky.js';
import { gramTree, takeGram } from './tensorflowGram.js';
import { DOUBLE, dtypeOf, FLOAT, flag, inType, Ops, type } from './tensorflowOps.js';
import { TensorFlowStream } from './tensorflowStream.js';

/**
 * Linear algebra by native TensorFlow, on all its threads. tfjs has no float64, but TensorFlow has: numbers cross as pairs of
 * int32 and are `Bitcast` there, so nothing is rounded.
 * @returns nothing where native TensorFlow is not loaded in this thread.
 */
export function tensorflowAlgebra(): LinearAlgebra | undefined {
  const binding = nativeBackend()?.binding;
  if (!binding) return undefined;
  const ops = new Ops(binding);
  return {
    name: 'tensorflow',
    hasSingle: true,
    hold: (x, means) => new TensorFlowMatrix(ops, x, means),
    stream: (x, means) => new TensorFlowStream(ops, x, means),
    factorise: (a, n, arithmetic = 'double') => wholeFactor(ops, a, n, dtypeOf(arithmetic)),
    eigen: (a, n) => eigen(ops, a, n),
  };
}

class TensorFlowMatrix implements HeldMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly #ops: Ops;
  readonly #x: Matrix;
  readonly #means: Float64Array | undefined;
  /** Made when first asked for; by data type. */
  readonly #tensors = new Map<number, number>();

  constructor(ops: Ops, x: Matrix, means?: Float64Array) {
    this.rows = x.rows;
    this.columns = x.columns;
    this.#ops = ops;
    this.#x = x;
    this.#means = means;
  }

  times(b: Float64Array, k: number, arithmetic: Arithmetic = 'double'): Float64Array {
    return this.#product(b, [this.columns, k], arithmetic, false);
  }

  transposedTimes(r: Float64Array, k: number, arithmetic: Arithmetic = 'double'): Float64Array {
    return this.#product(r, [this.rows, k], arithmetic, true);
  }

  /** What is `[rows, m]` never leaves TensorFlow. */
  squaredTimes(
    b: Float64Array,
    m: number,
    w: Float64Array,
    k: number,
    arithmetic: Arithmetic = 'double',
  ): Float64Array {
    const product = this.#multiply(b, [this.columns, m], arithmetic, false);
    const double = arithmetic === 'single' ? this.#ops.cast(product, FLOAT, DOUBLE) : product;
    if (double !== product) this.#ops.delete(product);
    const [squares] = this.#ops.run('Square', [double], [type('T', DOUBLE)]);
    const right = this.#ops.upload(w, [m, k]);
    const result = this.#ops.multiply(squares!, right, DOUBLE);
    this.#ops.delete(double, squares!, right);
    return this.#ops.take(result, DOUBLE);
  }

  gram(arithmetic: Arithmetic = 'double'): Float64Array {
    return this.#gram(arithmetic, 1, this.columns);
  }

  outerGram(arithmetic: Arithmetic = 'double'): Float64Array {
    return this.#gram(arithmetic, 0, this.rows);
  }

  dispose(): void {
    this.#ops.delete(...this.#tensors.values());
    this.#tensors.clear();
  }

  #product(b: Float64Array, shape: [number, number], arithmetic: Arithmetic, a: boolean): Float64Array {
    return this.#ops.take(this.#multiply(b, shape, arithmetic, a), dtypeOf(arithmetic));
  }

  #multiply(b: Float64Array, shape: [number, number], arithmetic: Arithmetic, a: boolean): number {
    const dtype = dtypeOf(arithmetic);
    const right = this.#ops.upload(inType(dtype, b), shape);
    const product = this.#ops.multiply(this.#tensor(dtype), right, dtype, { a });
    this.#ops.delete(right);
    return product;
  }

  /** Products of all pairs of columns (axis 1) or rows (axis 0). */
  #gram(arithmetic: Arithmetic, axis: 0 | 1, size: number): Float64Array {
    const dtype = dtypeOf(arithmetic);
    return takeGram(this.#ops, gramTree(this.#ops, this.#tensor(dtype), axis, size, dtype), dtype);
  }

  #tensor(dtype: number): number {
    const known = this.#tensors.get(dtype);
    if (known !== undefined) return known;
    const { data, rows, columns } = this.#x;
    const given = data instanceof Float32Array ? FLOAT : DOUBLE;
    const made =
      given === dtype
        ? this.#centred(this.#ops.upload(data, [rows, columns]), dtype)
        : this.#ops.cast(this.#tensor(given), given, dtype);
    this.#tensors.set(dtype, made);
    return made;
  }

  #centred(x: number, dtype: number): number {
    if (!this.#means) return x;
    const means = this.#ops.upload(inType(dtype, this.#means), [this.columns]);
    const difference = this.#ops.binary('Sub', x, means, dtype);
    this.#ops.delete(x, means);
    return difference;
  }
}

function eigen(ops: Ops, a: Float64Array, n: number): Eigen {
  const matrix = ops.upload(a, [n, n]);
  const attrs = [flag('compute_v', true), type('T', DOUBLE)];
  const [values, vectors] = ops.run('SelfAdjointEigV2', [matrix], attrs, 2);
  ops.delete(matrix);
  return { values: ops.take(values!, DOUBLE), vectors: ops.take(vectors!, DOUBLE) };
}
