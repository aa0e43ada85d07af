import { AttrType, type Binding, DataType, type NativeAttr, nativeBackend } from '../tensorflow/native.js';
import type { Arithmetic, Eigen, Factor, HeldMatrix, LinearAlgebra } from './linearAlgebra.js';
import type { Matrix } from './matrix.js';
import { mirrored } from './plainAlgebra.js';

/** TensorFlow's number for float64, a type that tfjs itself does not know. */
const DOUBLE = 2;
const FLOAT = DataType.float32;

/** A Gram matrix is computed in this many column blocks: blocks below the diagonal are not computed. */
const GRAM_BLOCKS = 4;

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
    factorise: (a, n, arithmetic = 'double') => factorise(ops, a, n, dtypeOf(arithmetic)),
    eigen: (a, n) => eigen(ops, a, n),
  };
}

/** TensorFlow's ops by tensor id, each id deleted by whoever asked for it. */
class Ops {
  readonly #binding: Binding;

  constructor(binding: Binding) {
    this.#binding = binding;
  }

  /** One op of one or several outputs. */
  run(op: string, inputs: readonly number[], attrs: readonly NativeAttr[], outputs = 1): number[] {
    return this.#binding.executeOp(op, attrs, inputs, outputs).map(({ id }) => id);
  }

  /** A tensor of `values` in their own precision. */
  upload(values: Float32Array | Float64Array, shape: readonly number[]): number {
    if (values instanceof Float32Array) return this.#binding.createTensor(shape, FLOAT, values);
    const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
    const pairs = this.#binding.createTensor([...shape, 2], DataType.int32, words);
    const [tensor] = this.run('Bitcast', [pairs], [type('T', DataType.int32), type('type', DOUBLE)]);
    this.delete(pairs);
    return tensor!;
  }

  integers(values: readonly number[], shape: readonly number[]): number {
    return this.#binding.createTensor(shape, DataType.int32, Int32Array.from(values));
  }

  /** The values of a tensor as doubles; the tensor is deleted. */
  take(tensor: number, dtype: number): Float64Array {
    if (dtype === FLOAT) {
      const values = new Float64Array(this.#binding.tensorDataSync(tensor));
      this.delete(tensor);
      return values;
    }
    const [pairs] = this.run('Bitcast', [tensor], [type('T', DOUBLE), type('type', DataType.int32)]);
    // Copied: the words' memory belongs to TensorFlow and need not be aligned for doubles.
    const words = new Int32Array(this.#binding.tensorDataSync(pairs!));
    this.delete(pairs!, tensor);
    return new Float64Array(words.buffer);
  }

  multiply(a: number, b: number, dtype: number, transpose: { a?: boolean; b?: boolean } = {}): number {
    const attrs = [flag('transpose_a', !!transpose.a), flag('transpose_b', !!transpose.b), type('T', dtype)];
    return this.run('MatMul', [a, b], attrs)[0]!;
  }

  cast(tensor: number, from: number, to: number): number {
    const attrs = [type('SrcT', from), type('DstT', to), flag('Truncate', false)];
    return this.run('Cast', [tensor], attrs)[0]!;
  }

  delete(...tensors: readonly number[]): void {
    for (const tensor of tensors) this.#binding.deleteTensor(tensor);
  }
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

  /** Products of all pairs of columns (axis 1) or rows (axis 0), block by block of them. */
  #gram(arithmetic: Arithmetic, axis: 0 | 1, size: number): Float64Array {
    const dtype = dtypeOf(arithmetic);
    const starts = Array.from({ length: GRAM_BLOCKS + 1 }, (_, i) => Math.round((i * size) / GRAM_BLOCKS));
    const blocks = this.#split(dtype, axis, starts);
    const result = new Float64Array(size * size);
    for (let p = 0; p < GRAM_BLOCKS; p++) {
      for (let q = p; q < GRAM_BLOCKS; q++) {
        const sides = axis === 1 ? { a: true } : { b: true };
        const product = this.#ops.multiply(blocks[p]!, blocks[q]!, dtype, sides);
        const values = this.#ops.take(product, dtype);
        const width = starts[q + 1]! - starts[q]!;
        for (let i = starts[p]!; i < starts[p + 1]!; i++) {
          const from = (i - starts[p]!) * width;
          result.set(values.subarray(from, from + width), i * size + starts[q]!);
        }
      }
    }
    this.#ops.delete(...blocks);
    return mirrored(result, size);
  }

  #split(dtype: number, axis: 0 | 1, starts: readonly number[]): number[] {
    const sizes = starts.slice(1).map((end, i) => end - starts[i]!);
    const inputs = [this.#ops.integers(sizes, [sizes.length]), this.#ops.integers([axis], [])];
    const attrs = [
      { name: 'num_split', type: AttrType.int, value: sizes.length },
      type('T', dtype),
      type('Tlen', DataType.int32),
    ];
    const blocks = this.#ops.run('SplitV', [this.#tensor(dtype), ...inputs], attrs, sizes.length);
    this.#ops.delete(...inputs);
    return blocks;
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
    const [difference] = this.#ops.run('Sub', [x, means], [type('T', dtype)]);
    this.#ops.delete(x, means);
    return difference!;
  }
}

function factorise(ops: Ops, a: Float64Array, n: number, dtype: number): Factor | undefined {
  const matrix = ops.upload(inType(dtype, a), [n, n]);
  let factor: number;
  try {
    factor = ops.run('Cholesky', [matrix], [type('T', dtype)])[0]!;
  } catch {
    // TensorFlow's only error here: "Cholesky decomposition was not successful. The input might not be valid."
    return undefined;
  } finally {
    ops.delete(matrix);
  }
  const triangle = (b: number, adjoint: boolean) => {
    const attrs = [flag('lower', true), flag('adjoint', adjoint), type('T', dtype)];
    const solved = ops.run('MatrixTriangularSolve', [factor, b], attrs)[0]!;
    ops.delete(b);
    return solved;
  };
  return {
    solve: (b, k) => ops.take(triangle(triangle(ops.upload(inType(dtype, b), [n, k]), false), true), dtype),
    dispose: () => ops.delete(factor),
  };
}

function eigen(ops: Ops, a: Float64Array, n: number): Eigen {
  const matrix = ops.upload(a, [n, n]);
  const attrs = [flag('compute_v', true), type('T', DOUBLE)];
  const [values, vectors] = ops.run('SelfAdjointEigV2', [matrix], attrs, 2);
  ops.delete(matrix);
  return { values: ops.take(values!, DOUBLE), vectors: ops.take(vectors!, DOUBLE) };
}

function inType(dtype: number, values: Float64Array): Float32Array | Float64Array {
  return dtype === FLOAT ? new Float32Array(values) : values;
}

function dtypeOf(arithmetic: Arithmetic): number {
  return arithmetic === 'single' ? FLOAT : DOUBLE;
}

function type(name: string, value: number): NativeAttr {
  return { name, type: AttrType.type, value };
}

function flag(name: string, value: boolean): NativeAttr {
  return { name, type: AttrType.bool, value };
}
