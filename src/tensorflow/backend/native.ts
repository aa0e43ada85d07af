import tf, { type Tensor } from './tf.js';

/** TensorFlow's numbers for the types of tensors that appear here. */
export const DataType = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  resource: 20,
} as const;

/** The native binding's numbers for the kinds of attributes. */
export const AttrType = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

export type NativeAttrValue = string | number | boolean | readonly (string | number | boolean)[];

/** An attribute of an op as tfjs' kernels hand it to the binding. */
export interface NativeAttr {
  readonly name: string;
  readonly type: number;
  readonly value: NativeAttrValue;
}

/** The binding's description of a tensor that it made. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export type NativeValues = Float32Array | Int32Array | Uint8Array;

/** The functions of the native module that the compiler calls. */
export interface Binding {
  /** Shares the array's memory where alignment allows: it must not change before the tensor is deleted. */
  createTensor(shape: readonly number[], dtype: number, values: NativeValues | readonly Uint8Array[]): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): NativeValues;
  executeOp(
    op: string,
    attrs: readonly NativeAttr[],
    inputs: readonly number[],
    outputs: number,
  ): NativeTensor[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  runSavedModel(
    session: number,
    inputs: readonly number[],
    inputNames: string,
    outputNames: string,
  ): NativeTensor[];
  getNumOfTensors(): number;
}

/** tfjs' backend over native TensorFlow. */
export interface NativeBackend extends tf.KernelBackend {
  binding: Binding;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(tensor: NativeTensor): Tensor;
  executeSingleOutput(op: string, attrs: readonly NativeAttr[], inputs: readonly Tensor[]): Tensor;
}

/** The native backend if it is the one in use. */
export function nativeBackend(): NativeBackend | undefined {
  return tf.getBackend() === 'tensorflow' ? (tf.backend() as NativeBackend) : undefined;
}

/** Run one TensorFlow op by its own name. Gradients do not flow through it. */
export function nativeOp(op: string, inputs: readonly Tensor[], attrs: readonly NativeAttr[] = []): Tensor {
  const backend = nativeBackend();
  if (!backend) throw new Error(`${op} needs the native backend`);
  return backend.executeSingleOutput(op, attrs, inputs);
}

export function typeAttr(name: string, dtype: keyof typeof DataType): NativeAttr {
  return { name, type: AttrType.type, value: DataType[dtype] };
}
