import tf from '../backend/tf.js';
import type { ShapeKernel, Taken } from './shapeKernel.js';
import { spatialKernels } from './spatialKernels.js';

type Kernels = Readonly<Record<string, ShapeKernel>>;

const named = (names: string, kernel: ShapeKernel): Kernels =>
  Object.fromEntries(names.split(' ').map((name) => [name, kernel]));

const like: ShapeKernel = (inputs) => ({ shape: first(inputs).shape });
const binary: ShapeKernel = (inputs) => ({ shape: broadcast(inputs) });
const comparison: ShapeKernel = (inputs) => ({ shape: broadcast(inputs), dtype: 'bool' });

/** Every op that models, objectives and their gradients use; names are tfjs'. */
export const shapeKernels: Kernels = {
  ...named(
    'Abs Acos Acosh Asin Asinh Atan Atanh Ceil ClipByValue Cos Cosh Cumprod Cumsum Elu Erf Exp Expm1 Floor LeakyRelu Log Log1p ' +
      'LogSoftmax Neg OnesLike Reciprocal Relu Relu6 Reverse Round Rsqrt Selu Sigmoid Sign Sin Sinh Softmax Softplus Sqrt ' +
      'Square Step Tan Tanh ZerosLike',
    like,
  ),
  ...named(
    'Add Atan2 EluGrad FloorDiv Maximum Minimum Mod Multiply Pow Prelu RealDiv SquaredDifference Sub',
    binary,
  ),
  ...named('Equal Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr NotEqual', comparison),
  ...named('IsFinite IsInf IsNan LogicalNot', (inputs) => ({ shape: first(inputs).shape, dtype: 'bool' })),
  ...named('All Any Max Mean Min Prod Sum', (inputs, { axis, keepDims }) => {
    const { shape } = first(inputs);
    const axes = tf.util.parseAxisParam(axis as number | number[], [...shape]);
    const kept = shape.map((size, at) => (axes.includes(at) ? 1 : size));
    return { shape: keepDims ? kept : kept.filter((_, at) => !axes.includes(at)) };
  }),
  ...named('ArgMax ArgMin', (inputs, { axis }) => ({
    shape: without(first(inputs).shape, Number(axis)),
    dtype: 'int32',
  })),
  ...spatialKernels,
  AddN: like,
  BatchMatMul: ({ a, b }, { transposeA, transposeB }) => ({
    shape: [
      ...tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)),
      a.shape.at(transposeA ? -1 : -2)!,
      b.shape.at(transposeB ? -2 : -1)!,
    ],
  }),
  BroadcastTo: (_, { shape }) => ({ shape: shape as number[] }),
  Cast: (inputs, { dtype }) => ({ shape: first(inputs).shape, dtype: dtype as unknown as tf.DataType }),
  Concat: (inputs, { axis }) => {
    const shapes = Object.values(inputs).map(({ shape }) => shape);
    return { shape: tf.backend_util.computeOutShape(shapes, axisOf(Number(axis ?? 0), shapes[0]!)) };
  },
  ExpandDims: (inputs, { dim }) => {
    const { shape } = first(inputs);
    return { shape: shape.toSpliced(axisOf(Number(dim), [...shape, 1]), 0, 1) };
  },
  Fill: (_, { shape, dtype }) => ({
    shape: shape as number[],
    dtype: (dtype as unknown as tf.DataType) ?? 'float32',
  }),
  GatherV2: ({ x, indices }, { axis }) => ({
    shape: x.shape.toSpliced(axisOf(Number(axis), x.shape), 1, ...indices.shape),
    dtype: x.dtype,
  }),
  Identity: like,
  OneHot: ({ indices }, { depth, dtype }) => ({
    shape: [...indices.shape, Number(depth)],
    dtype: (dtype as unknown as tf.DataType) ?? 'float32',
  }),
  Pack: (inputs, { axis }) => {
    const { shape } = first(inputs);
    return { shape: shape.toSpliced(axisOf(Number(axis), [...shape, 1]), 0, Object.keys(inputs).length) };
  },
  PadV2: ({ x }, { paddings }) => ({
    shape: x.shape.map((size, at) => {
      const [before, after] = (paddings as [number, number][])[at]!;
      return size + before + after;
    }),
  }),
  Reshape: (inputs, { shape }) => ({
    shape: tf.util.inferFromImplicitShape(shape as number[], tf.util.sizeFromShape([...first(inputs).shape])),
  }),
  ScatterNd: ({ updates }, { shape }) => ({ shape: shape as number[], dtype: updates.dtype }),
  Select: ({ t, e, condition }) => ({
    shape: broadcast({ t, e, condition }),
    dtype: t.dtype,
  }),
  Slice: ({ x }, { begin, size }) => ({
    shape: tf.slice_util.parseSliceParams(x as tf.TensorInfo, begin as number[], size as number[])[1]!,
  }),
  SplitV: ({ x }, { numOrSizeSplits, axis }) => {
    const at = axisOf(Number(axis), x.shape);
    const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits as number[], at);
    return sizes.map((size) => ({ shape: x.shape.with(at, size) }));
  },
  Tile: (inputs, { reps }) => ({
    shape: first(inputs).shape.map((size, at) => size * (reps as number[])[at]!),
  }),
  Transpose: ({ x }, { perm }) => ({ shape: (perm as number[]).map((at) => x.shape[at]!) }),
  Unpack: ({ value }, { axis }) => {
    const at = axisOf(Number(axis), value.shape);
    return Array.from({ length: value.shape[at]! }, () => ({ shape: without(value.shape, at) }));
  },
};

function first(inputs: Readonly<Record<string, Taken>>): Taken {
  return Object.values(inputs)[0]!;
}

function broadcast(inputs: Readonly<Record<string, Taken>>): number[] {
  return Object.values(inputs)
    .map(({ shape }) => shape)
    .reduce((a, b) => tf.broadcast_util.assertAndGetBroadcastShape(a, b));
}

function axisOf(axis: number, shape: readonly number[]): number {
  return axis < 0 ? axis + shape.length : axis;
}

function without(shape: readonly number[], axis: number): number[] {
  return shape.toSpliced(axisOf(axis, shape), 1);
}
