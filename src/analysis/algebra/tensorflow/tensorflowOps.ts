import { AttrType, type Binding, DataType, type NativeAttr } from '../../../tensorflow/backend/native.js';
import type { Arithmetic } from '../linearAlgebra.js';

/** TensorFlow's number for float64, a type that tfjs itself does not know. */
export const DOUBLE = 2;
export const FLOAT = DataType.float32;

/** TensorFlow's ops by tensor id, each id is deleted by the caller. */
export class Ops {
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
    const values = this.read(tensor, dtype);
    this.delete(tensor);
    return values instanceof Float64Array ? values : new Float64Array(values);
  }

  /** The values of a tensor in its own precision. */
  read(tensor: number, dtype: number): Float32Array | Float64Array {
    if (dtype === FLOAT) return this.#binding.tensorDataSync(tensor) as Float32Array;
    const [pairs] = this.run('Bitcast', [tensor], [type('T', DOUBLE), type('type', DataType.int32)]);
    // Copied: the words' memory belongs to TensorFlow and need not be aligned for doubles.
    const words = new Int32Array(this.#binding.tensorDataSync(pairs!));
    this.delete(pairs!);
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

  /** Element by element; rows of one number for every column count for all rows. */
  binary(op: 'AddV2' | 'Sub', a: number, b: number, dtype: number): number {
    return this.run(op, [a, b], [type('T', dtype)])[0]!;
  }

  /** Parts side by side along an axis. */
  split(x: number, axis: 0 | 1, sizes: readonly number[], dtype: number): number[] {
    const inputs = [this.integers(sizes, [sizes.length]), this.integers([axis], [])];
    const attrs = [
      { name: 'num_split', type: AttrType.int, value: sizes.length },
      type('T', dtype),
      type('Tlen', DataType.int32),
    ];
    const parts = this.run('SplitV', [x, ...inputs], attrs, sizes.length);
    this.delete(...inputs);
    return parts;
  }

  /** Rows above rows. */
  stack(tensors: readonly number[], dtype: number): number {
    const axis = this.integers([0], []);
    const attrs = [
      { name: 'N', type: AttrType.int, value: tensors.length },
      type('T', dtype),
      type('Tidx', DataType.int32),
    ];
    const [stacked] = this.run('ConcatV2', [...tensors, axis], attrs);
    this.delete(axis);
    return stacked!;
  }

  delete(...tensors: readonly number[]): void {
    for (const tensor of tensors) this.#binding.deleteTensor(tensor);
  }
}

export function inType(dtype: number, values: Float32Array | Float64Array): Float32Array | Float64Array {
  if (dtype === FLOAT) return values instanceof Float32Array ? values : new Float32Array(values);
  return values instanceof Float64Array ? values : new Float64Array(values);
}

export function dtypeOf(arithmetic: Arithmetic): number {
  return arithmetic === 'single' ? FLOAT : DOUBLE;
}

export function type(name: string, value: number): NativeAttr {
  return { name, type: AttrType.type, value };
}

export function flag(name: string, value: boolean): NativeAttr {
  return { name, type: AttrType.bool, value };
}
