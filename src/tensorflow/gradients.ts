import { attr } from './graph.js';
import { AttrType, type NativeAttr, nativeBackend, nativeOp, typeAttr } from './native.js';
import tf, { type Tensor } from './tf.js';

/** A gradient as one TensorFlow op, in place of a row of small ones that tfjs builds in JavaScript. */
interface NativeGradient {
  readonly kernel: string;
  /** What it needs: the forward op's input `x` or its result `y`. */
  readonly needs: 'x' | 'y';
  /** What tfjs calls the forward op's input; `x` if nothing else is said. */
  readonly input?: string;
  /** Attributes that it is right for; tfjs' own takes the others. */
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
 * All gradients that are replaced on the native backend. `Relu` keeps its result so that the input can be freed, and so that nobody
 * but `Relu` looks at the input: TensorFlow fuses both with the convolution before them, or fails to and complains aloud.
 */
export const nativeGradients: readonly NativeGradient[] = [
  gradientFirst('Relu', 'y'),
  gradientFirst('Relu6', 'y'),
  gradientFirst('Softplus', 'x'),
  gradientFirst('Selu', 'y'),
  resultFirst('Sigmoid'),
  resultFirst('Tanh'),
  resultFirst('Sqrt'),
  resultFirst('Rsqrt'),
  resultFirst('Reciprocal'),
  // The result has the input's sign, unless what leaks is turned round.
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

/** The sum over the copies, where tfjs slices out and adds each. */
function tileGradient(dy: Tensor, x: Tensor, attrs: tf.NamedAttrMap): Tensor {
  const reps = attrs.reps as number[];
  const apart = x.shape.flatMap((size, axis) => [reps[axis]!, size]);
  const copies = x.shape.map((_, axis) => 2 * axis);
  return tf.sum(tf.reshape(dy, apart), copies);
}

let registered = false;

/** Register the native gradients with tfjs, once; other backends go on with tfjs' own. */
export function useNativeGradients(): void {
  if (registered) return;
  registered = true;
  nativeGradients.forEach(register);
  useNativeStep();
}

function register({ kernel, needs, only, gradient, input = 'x' }: NativeGradient) {
  const own = tf.getGradient(kernel);
  const inputs = own?.inputsToSave ?? [];
  const outputs = own?.outputsToSave ?? [];
  tf.registerGradient({
    kernelName: kernel,
    inputsToSave: inputs.length === 0 && needs === 'x' ? [input] : inputs,
    outputsToSave: outputs.some(Boolean) || needs === 'x' ? outputs : [true],
    gradFunc: (dy, saved, attrs) => {
      const dy0 = (Array.isArray(dy) ? dy[0] : dy) as Tensor;
      const fits = dy0.dtype === 'float32' && saved[0]!.dtype === 'float32' && (only?.(attrs) ?? true);
      if (!nativeBackend() || !fits)
        return own!.gradFunc(dy, saved.slice(0, inputs.length + outputs.length), attrs);
      const kept = needs === 'x' ? saved[0]! : saved.at(-1)!;
      return { [input]: () => gradient(dy0, kept, attrs) };
    },
  });
}

/** tfjs-node's own makes a constant of ones as large as its input: here two scalars are broadcast. */
function useNativeStep() {
  if (!tf.getKernel('Step', 'tensorflow')) return;
  tf.unregisterKernel('Step', 'tensorflow');
  tf.registerKernel({
    kernelName: 'Step',
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => {
      const x = inputs.x as Tensor;
      return tf.tidy(() => {
        const select = (condition: Tensor, a: Tensor, b: Tensor) =>
          nativeOp('SelectV2', [condition, a, b], [T]);
        const positive = nativeOp('Greater', [x, tf.scalar(0, x.dtype)], [attr.type('T', T.value as number)]);
        const step = select(positive, tf.scalar(1), tf.scalar(Number(attrs?.alpha ?? 0)));
        return select(tf.isNaN(x), x, step);
      });
    },
  });
}

/** The sum of squares of all elements, in one pass where the backend can. */
export function squaredNorm(x: Tensor): Tensor {
  return nativeBackend() ? tf.mul(nativeOp('L2Loss', [x], [T]), 2) : tf.sum(tf.square(x));
}
