import { AttrType, type NativeAttr, nativeOp, typeAttr } from '../backend/native.js';
import tf, { type Tensor } from '../backend/tf.js';
import { tileGradient } from './higherGradients.js';

/**
 * A gradient as one TensorFlow op, in place of a row of small ones that tfjs builds in JavaScript. tfjs' tape does not see such an
 * op: it serves where no gradient is taken of the gradient (see `higherGradients.ts`).
 */
export interface NativeGradient {
  readonly kernel: string;
  /** What it needs: the forward op's input `x` or its result `y`. */
  readonly needs: 'x' | 'y';
  /** tfjs' name of the forward op's input; `x` by default. */
  readonly input?: string;
  /** Attributes that it supports; tfjs' own gradient serves the others. */
  readonly only?: (attrs: tf.NamedAttrMap) => boolean;
  gradient(dy: Tensor, saved: Tensor, attrs: tf.NamedAttrMap): Tensor;
}

const T = typeAttr('T', 'float32');

/** TensorFlow names the operands of these differently: some take (result, dy), some (dy, features). */
const resultFirst = (kernel: string, op = `${kernel}Grad`): NativeGradient => ({
  kernel,
  needs: 'y',
  gradient: (dy, y) => nativeOp(op, [y, dy], [T]),
});

const gradientFirst = (kernel: string, needs: 'x' | 'y'): NativeGradient => ({
  kernel,
  needs,
  gradient: (dy, saved) => nativeOp(`${kernel}Grad`, [dy, saved], [T]),
});

/**
 * All gradients that are replaced on the native backend. They are those of tfjs at every value but these, where TensorFlow's are
 * kept, since they are PyTorch's as well and what weights were trained with: |x|' is 0 at 0 (tfjs: −1), and where relu's input is
 * not a number or where it is shut and what comes back is infinite, 0 goes on (tfjs: NaN); 1/√x has NaN at −∞ (tfjs: 0)
 * and +∞ at −0 (tfjs: −∞). TensorFlow's relu6' at 6 and selu' at 0
 * differ from tfjs' without such a reason, so those two stay tfjs'. `Relu` keeps its result so that the input can be freed, and so that nobody
 * but `Relu` looks at the input: TensorFlow fuses both with the convolution before them, or fails to and logs a warning.
 */
export const nativeGradients: readonly NativeGradient[] = [
  gradientFirst('Relu', 'y'),
  gradientFirst('Softplus', 'x'),
  resultFirst('Sigmoid'),
  resultFirst('Tanh'),
  resultFirst('Sqrt'),
  resultFirst('Rsqrt'),
  resultFirst('Reciprocal'),
  // The result has the input's sign, unless the slope of the leak is negative.
  {
    kernel: 'LeakyRelu',
    needs: 'y',
    only: ({ alpha }) => Number(alpha) >= 0,
    gradient: leakyReluGradient,
  },
  { kernel: 'Abs', needs: 'x', gradient: (dy, x) => tf.mul(dy, tf.sign(x)) },
  { kernel: 'Sum', needs: 'x', gradient: sumGradient },
  { kernel: 'Mean', needs: 'x', gradient: meanGradient },
  { kernel: 'Tile', needs: 'x', gradient: tileGradient },
  { kernel: 'ResizeNearestNeighbor', needs: 'x', input: 'images', gradient: nearestGradient },
];

/** Enlarging by a whole factor repeats each pixel: the sum over its copies is their mean times their number. */
function nearestGradient(dy: Tensor, x: Tensor, attrs: tf.NamedAttrMap): Tensor {
  const [, height, width] = x.shape as [number, number, number, number];
  const [, tall, wide] = dy.shape as [number, number, number, number];
  const factors: [number, number] = [tall / height, wide / width];
  if (attrs.alignCorners || attrs.halfPixelCenters || !factors.every(Number.isInteger))
    return resizeGradient(dy, x, attrs);
  return tf.mul(tf.avgPool(dy as tf.Tensor4D, factors, factors, 'valid'), factors[0] * factors[1]);
}

function resizeGradient(dy: Tensor, x: Tensor, attrs: tf.NamedAttrMap): Tensor {
  return tf.engine().runKernel('ResizeNearestNeighborGrad', { dy, images: x }, attrs) as Tensor;
}

function leakyReluGradient(dy: Tensor, y: Tensor, attrs: tf.NamedAttrMap): Tensor {
  const alpha: NativeAttr = { name: 'alpha', type: AttrType.float, value: Number(attrs.alpha) };
  return nativeOp('LeakyReluGrad', [dy, y], [T, alpha]);
}

function sumGradient(dy: Tensor, x: Tensor, attrs: tf.NamedAttrMap): Tensor {
  return broadcast(tf.reshape(dy, reducedShape(x, attrs)), x.shape);
}

function meanGradient(dy: Tensor, x: Tensor, attrs: tf.NamedAttrMap): Tensor {
  const shape = reducedShape(x, attrs);
  const count = x.size / tf.util.sizeFromShape(shape);
  return broadcast(tf.reshape(tf.div(dy, count), shape), x.shape);
}

/** The input's shape with 1 where it was summed over. */
function reducedShape(x: Tensor, attrs: tf.NamedAttrMap): number[] {
  const axes = tf.util.parseAxisParam(attrs.axis as number | number[], x.shape);
  return x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

/** tfjs' own `broadcastTo` tiles, and its `ones` would put a constant as large as the activation into the graph. */
function broadcast(x: Tensor, shape: number[]): Tensor {
  if (x.shape.join() === shape.join()) return x;
  return nativeOp('BroadcastTo', [x, tf.tensor1d(shape, 'int32')], [T, typeAttr('Tidx', 'int32')]);
}
