import type { Random } from '../src/common/random.js';
import tf, { type Tensor, type Tensor4D } from '../src/tensorflow/tf.js';

/** A value of a random program, as known while the program is made up. */
export interface Value {
  readonly index: number;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** An op of a random program: which values it takes, and what it does with them. */
export interface Chosen {
  readonly name: string;
  readonly takes: readonly Value[];
  readonly apply: (...values: Tensor[]) => Tensor;
  /** tfjs has no gradient through it: values computed from it stay out of losses. */
  readonly flat?: boolean;
}

/** What a kind of op needs in order to choose its operands and settings. */
export interface Pool {
  readonly random: Random;
  /** A value that fits; undefined when there is none. */
  pick(fits: (value: Value) => boolean): Value | undefined;
}

type Maker = (pool: Pool) => Chosen | undefined;

const isFloat = ({ dtype }: Value) => dtype === 'float32';
const isWhole = ({ dtype }: Value) => dtype === 'int32';
const isTruth = ({ dtype }: Value) => dtype === 'bool';
const sizeOf = ({ shape }: Value) => shape.reduce((a, b) => a * b, 1);
const among = <T>(random: Random, all: readonly T[]): T => all[random.integer(all.length)]!;
const positive = (x: Tensor) => tf.add(tf.square(x), 0.5);

const SMOOTH: Record<string, (x: Tensor) => Tensor> = {
  relu: tf.relu,
  relu6: (x) => tf.relu6(tf.mul(x, 3)),
  elu: tf.elu,
  selu: tf.selu,
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  prelu: (x) => tf.prelu(x, tf.scalar(0.2)),
  sigmoid: tf.sigmoid,
  logSigmoid: tf.logSigmoid,
  tanh: tf.tanh,
  softplus: tf.softplus,
  sin: tf.sin,
  cos: tf.cos,
  atan: tf.atan,
  erf: tf.erf,
  abs: tf.abs,
  neg: tf.neg,
  square: (x) => tf.square(tf.tanh(x)),
  exp: (x) => tf.exp(tf.tanh(x)),
  expm1: (x) => tf.expm1(tf.tanh(x)),
  log: (x) => tf.log(positive(x)),
  log1p: (x) => tf.log1p(tf.square(x)),
  sqrt: (x) => tf.sqrt(positive(x)),
  rsqrt: (x) => tf.rsqrt(positive(x)),
  reciprocal: (x) => tf.reciprocal(positive(x)),
  asinh: tf.asinh,
  clip: (x) => tf.clipByValue(x, -0.6, 0.7),
  power: (x) => tf.pow(positive(x), 1.5),
};

/** Steps: their gradient is zero. */
const STEPS: Record<string, (x: Tensor) => Tensor> = {
  floor: tf.floor,
  ceil: tf.ceil,
  round: tf.round,
  sign: tf.sign,
  step: (x) => tf.step(x, 0.25),
};

const BINARY: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: (a, b) => tf.div(a, positive(b)),
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: (a, b) => tf.squaredDifference(tf.tanh(a), tf.tanh(b)),
  atan2: (a, b) => tf.atan2(a, positive(b)),
  pow: (a, b) => tf.pow(positive(a), tf.tanh(b)),
};

const REDUCTIONS: Record<string, (x: Tensor, axis: number[], keep: boolean) => Tensor> = {
  sum: tf.sum,
  mean: tf.mean,
  max: tf.max,
  min: tf.min,
  logSumExp: tf.logSumExp,
  norm: (x, axis, keep) => tf.norm(tf.add(tf.square(x), 0.1), 'euclidean', axis.slice(0, 2), keep),
  variance: (x, axis, keep) => tf.moments(x, axis, keep).variance,
};

const unary =
  (table: Record<string, (x: Tensor) => Tensor>): Maker =>
  ({ random, pick }) => {
    const name = among(random, Object.keys(table));
    const x = pick(isFloat);
    return x && { name, takes: [x], apply: table[name]! };
  };

function broadcastable(a: readonly number[], b: readonly number[]): boolean {
  const [short, long] = [a, b].sort((x, y) => x.length - y.length) as [number[], number[]];
  return short.every((size, i) => {
    const other = long[i + long.length - short.length]!;
    return size === other || size === 1 || other === 1;
  });
}

const binary: Maker = ({ random, pick }) => {
  const name = among(random, Object.keys(BINARY));
  const a = pick(isFloat);
  // tfjs' gradients of these three forget to sum over what was repeated.
  const alike = ['maximum', 'minimum', 'squaredDifference'].includes(name);
  const fits = (value: Value) =>
    alike ? value.shape.join() === a!.shape.join() : broadcastable(a!.shape, value.shape);
  const b = a && pick((value) => isFloat(value) && fits(value));
  return b && { name, takes: [a, b], apply: BINARY[name]! };
};

const reduction: Maker = ({ random, pick }) => {
  const name = among(random, Object.keys(REDUCTIONS));
  const x = pick((value) => isFloat(value) && value.shape.length > 0);
  if (!x) return undefined;
  const axes = x.shape.map((_, axis) => axis).filter(() => random.integer(2) === 0);
  const axis = axes.length > 0 ? axes : [x.shape.length - 1];
  const keep = random.integer(2) === 0;
  return { name, takes: [x], apply: (value) => REDUCTIONS[name]!(value, axis, keep) };
};

const whole: Maker = ({ random, pick }) => {
  const x = pick(isWhole);
  if (!x) return undefined;
  const by = 1 + random.integer(4);
  const ops: Record<string, (x: Tensor) => Tensor> = {
    floorDiv: (value) => tf.floorDiv(value, tf.scalar(by, 'int32')),
    mod: (value) => tf.mod(value, tf.scalar(by + 1, 'int32')),
    intAbs: (value) => tf.abs(tf.sub(value, tf.scalar(by, 'int32'))),
    intSum: (value) => tf.sum(value),
    intMax: (value) => tf.max(value),
    toFloat: (value) => tf.mul(tf.cast(value, 'float32'), 0.3),
    oneHot: (value) => tf.oneHot(tf.reshape(value, [-1]).toInt() as tf.Tensor1D, 3),
  };
  const name = among(random, Object.keys(ops));
  return { name, takes: [x], apply: ops[name]! };
};

const truth: Maker = ({ random, pick }) => {
  const ops: Record<string, (a: Tensor, b: Tensor) => Tensor> = {
    ...{ greater: tf.greater, lessEqual: tf.lessEqual, equal: tf.equal, notEqual: tf.notEqual },
    any: (a) => tf.any(tf.greater(a, 0.2)),
    all: (a) => tf.all(tf.less(a, 0.2)),
    argMax: (a) => tf.argMax(a, -1),
    argMin: (a) => tf.argMin(a, 0),
    isNaN: (a) => tf.isNaN(a),
    toInt: (a) => tf.cast(tf.mul(a, 4), 'int32'),
    truthToFloat: (a, b) => tf.cast(tf.logicalOr(tf.greater(a, b), tf.less(a, 0.1)), 'float32'),
    not: (a, b) => tf.logicalNot(tf.logicalXor(tf.greater(a, b), tf.less(b, 0.1))),
  };
  const name = among(random, Object.keys(ops));
  const a = pick(isFloat);
  const b = a && pick((value) => isFloat(value) && broadcastable(a.shape, value.shape));
  return b && { name, takes: [a, b], apply: ops[name]!, flat: true };
};

const where: Maker = ({ pick }) => {
  const condition = pick(isTruth);
  const same = (value: Value) => isFloat(value) && value.shape.join() === condition?.shape.join();
  const [a, b] = condition ? [pick(same), pick(same)] : [];
  return (
    a &&
    b && { name: 'where', takes: [condition!, a, b], apply: (c, x, y) => tf.where(c!, x!, y!), flat: true }
  );
};

const reshaping: Maker = ({ random, pick }) => {
  const x = pick((value) => isFloat(value) && value.shape.length > 0 && value.shape.length < 5);
  if (!x) return undefined;
  const { shape } = x;
  const axis = random.integer(shape.length);
  const order = shape.map((_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const begin = shape.map((size) => random.integer(Math.max(1, size)));
  const length = shape.map((size, i) => Math.min(size - begin[i]!, 1 + random.integer(3)));
  const paddings = shape.map(() => [random.integer(2), random.integer(3)] as [number, number]);
  const at = Array.from({ length: 1 + random.integer(4) }, () => random.integer(Math.max(1, shape[axis]!)));
  const half = Math.floor(shape[axis]! / 2);
  const ops: Record<string, (x: Tensor) => Tensor> = {
    reshape: (value) => tf.reshape(value, [shape[0]!, -1]),
    flatten: (value) => tf.reshape(value, [-1]),
    transpose: (value) => tf.transpose(value, order),
    slice: (value) => tf.slice(value, begin, length),
    stridedSlice: (value) =>
      tf.stridedSlice(
        value,
        shape.map(() => 0),
        [...shape],
        shape.map((_, i) => 1 + (i % 2)),
      ),
    pad: (value) => tf.pad(value, paddings, 0.5),
    tile: (value) =>
      tf.tile(
        value,
        shape.map((_, i) => (i === axis ? 2 : 1)),
      ),
    gather: (value) => tf.gather(value, tf.tensor1d(at, 'int32'), axis),
    reverse: (value) => tf.reverse(value, axis),
    expandDims: (value) => tf.expandDims(value, axis),
    squeeze: (value) => tf.squeeze(value),
    cumsum: (value) => tf.cumsum(value, axis),
    softmax: (value) => tf.softmax(value),
    logSoftmax: (value) => tf.logSoftmax(value),
    split: (value) =>
      tf.add(
        ...(tf.split(
          tf.slice(
            value,
            shape.map(() => 0),
            shape.map((size, i) => (i === axis ? 2 * half : size)),
          ),
          2,
          axis,
        ) as [Tensor, Tensor]),
      ),
    unstack: (value) => tf.stack(tf.unstack(value, axis).reverse(), 0),
    pickOne: (value) => tf.unstack(value, axis)[at[0]!]!,
  };
  const name = among(random, Object.keys(ops));
  return { name, takes: [x], apply: ops[name]!, flat: name === 'stridedSlice' };
};

const gatherByInput: Maker = ({ pick }) => {
  const table = pick((value) => isFloat(value) && value.shape.length > 0 && value.shape[0]! > 0);
  const at = table && pick((value) => isWhole(value) && value.shape.length === 1);
  if (!at) return undefined;
  const rows = table.shape[0]!;
  return {
    name: 'gatherByInput',
    takes: [table, at],
    apply: (x, index) => tf.gather(x!, tf.mod(tf.abs(index!), tf.scalar(rows, 'int32')) as tf.Tensor1D),
  };
};

const joining: Maker = ({ random, pick }) => {
  const a = pick((value) => isFloat(value) && value.shape.length > 0 && value.shape.length < 5);
  const b = a && pick((value) => isFloat(value) && value.shape.join() === a.shape.join());
  if (!b) return undefined;
  const axis = random.integer(a.shape.length);
  const ops: Record<string, (x: Tensor, y: Tensor) => Tensor> = {
    concat: (x, y) => tf.concat([x, y, x], axis),
    stack: (x, y) => tf.stack([x, y], axis),
    addN: (x, y) => tf.addN([x, y, y]),
    huber: (x, y) => tf.losses.huberLoss(x, y),
    crossEntropy: (x, y) => tf.losses.softmaxCrossEntropy(tf.softmax(x), y),
    meanSquared: (x, y) => tf.losses.meanSquaredError(tf.tanh(x), tf.tanh(y)),
  };
  const name = among(random, Object.keys(ops));
  return { name, takes: [a, b], apply: ops[name]! };
};

const product: Maker = ({ random, pick }) => {
  const a = pick((value) => isFloat(value) && value.shape.length >= 2 && value.shape.length <= 4);
  const batch = ({ shape }: Value) => shape.slice(0, -2).join();
  const b = a && pick((value) => isFloat(value) && value.shape.length >= 2 && batch(value) === batch(a));
  if (!b) return undefined;
  const [turnA, turnB] = [random.integer(2) === 0, random.integer(2) === 0];
  return { name: 'matMul', takes: [a, b], apply: (x, y) => tf.tanh(tf.matMul(x!, y!, turnA, turnB)) };
};

/** As a picture: `[1 or 2, h, w, c]`. */
function pictureShape(value: Value): [number, number, number, number] | undefined {
  const size = sizeOf(value);
  if (size < 4 || size > 400) return undefined;
  for (const channels of [3, 2, 1]) {
    if (size % channels !== 0) continue;
    for (const height of [4, 3, 2])
      if ((size / channels) % height === 0 && size / channels / height > 1)
        return [1, height, size / channels / height, channels];
  }
  return undefined;
}

const pictures: Maker = ({ random, pick }) => {
  const x = pick((value) => isFloat(value) && pictureShape(value) !== undefined);
  if (!x) return undefined;
  const shape = pictureShape(x)!;
  const [, height, width, channels] = shape;
  const w = pick((value) => isFloat(value) && sizeOf(value) > 0);
  if (!w) return undefined;
  const kernel = 1 + random.integer(3);
  const [stride, size] = [1 + random.integer(2), 2 + random.integer(2)];
  const pad = among(random, ['same', 'valid'] as const);
  // A kernel of the wanted shape out of any value: repeated and cut.
  const weights = (value: Tensor, ...wanted: [number, number, number, number]) => {
    const needed = wanted.reduce((a, b) => a * b, 1);
    const row = tf.tile(tf.reshape(value, [-1]), [Math.ceil(needed / sizeOf(w))]);
    return tf.reshape(
      tf.sin(tf.add(tf.slice(row, [0], [needed]), tf.linspace(0, 3, needed))),
      wanted,
    ) as Tensor4D;
  };
  if (pad === 'valid' && Math.max(kernel, size) > Math.min(height, width)) return undefined;
  const ops: Record<string, (p: Tensor4D, k: Tensor) => Tensor> = {
    conv2d: (p, k) => tf.conv2d(p, weights(k, kernel, kernel, channels, 2), stride, pad),
    depthwise: (p, k) => tf.depthwiseConv2d(p, weights(k, kernel, kernel, channels, 1), 1, pad),
    conv2dTranspose: (p, k) =>
      tf.conv2dTranspose(
        p,
        weights(k, kernel, kernel, 2, channels),
        [1, height * stride, width * stride, 2],
        stride,
        'same',
      ),
    maxPool: (p) => tf.maxPool(p, size, stride, pad),
    avgPool: (p) => tf.avgPool(p, size, stride, pad),
    nearest: (p) => tf.image.resizeNearestNeighbor(p, [height * stride, width * 2]),
    nearestOdd: (p) => tf.image.resizeNearestNeighbor(p, [height + 1, width + 2]),
    bilinear: (p) => tf.image.resizeBilinear(p, [height + stride, width + 1]),
    batchNorm: (p) => {
      const { mean, variance } = tf.moments(p, [0, 1, 2]);
      return tf.batchNorm(
        p,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        tf.fill([channels], 0.1),
        tf.fill([channels], 1.1),
        0.01,
      );
    },
  };
  const name = among(random, Object.keys(ops));
  return { name, takes: [x, w], apply: (p, k) => ops[name]!(tf.reshape(p!, shape) as Tensor4D, k!) };
};

/** Kinds of ops, the usual ones several times. */
export const MAKERS: readonly Maker[] = [
  ...[
    unary(SMOOTH),
    unary(SMOOTH),
    unary(SMOOTH),
    unary(STEPS),
    binary,
    binary,
    binary,
    reduction,
    reduction,
  ],
  ...[
    reshaping,
    reshaping,
    reshaping,
    joining,
    product,
    pictures,
    pictures,
    whole,
    truth,
    where,
    gatherByInput,
  ],
];
