import { required } from '../../src/common/required.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import { among, isFloat, isTruth, isWhole, type Maker, positive, type Value } from './fuzzValues.js';

export const SMOOTH: Record<string, (x: Tensor) => Tensor> = {
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
export const STEPS: Record<string, (x: Tensor) => Tensor> = {
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

export const unary =
  (table: Record<string, (x: Tensor) => Tensor>): Maker =>
  ({ random, pick }) => {
    const name = among(random, Object.keys(table));
    const x = pick(isFloat);
    return x && { name, takes: [x], apply: required(table, name) };
  };

function broadcastable(a: readonly number[], b: readonly number[]): boolean {
  const [short, long] = [a, b].sort((x, y) => x.length - y.length) as [number[], number[]];
  return short.every((size, i) => {
    const other = long[i + long.length - short.length]!;
    return size === other || size === 1 || other === 1;
  });
}

export const binary: Maker = ({ random, pick }) => {
  const name = among(random, Object.keys(BINARY));
  const a = pick(isFloat);
  // tfjs' gradients of these three forget to sum over what was repeated.
  const alike = ['maximum', 'minimum', 'squaredDifference'].includes(name);
  const fits = (value: Value) =>
    alike ? value.shape.join() === a!.shape.join() : broadcastable(a!.shape, value.shape);
  const b = a && pick((value) => isFloat(value) && fits(value));
  return b && { name, takes: [a, b], apply: required(BINARY, name) };
};

export const reduction: Maker = ({ random, pick }) => {
  const name = among(random, Object.keys(REDUCTIONS));
  const x = pick((value) => isFloat(value) && value.shape.length > 0);
  if (!x) return undefined;
  const axes = x.shape.map((_, axis) => axis).filter(() => random.integer(2) === 0);
  const axis = axes.length > 0 ? axes : [x.shape.length - 1];
  const keep = random.integer(2) === 0;
  return { name, takes: [x], apply: (value) => required(REDUCTIONS, name)(value, axis, keep) };
};

export const whole: Maker = ({ random, pick }) => {
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
  return { name, takes: [x], apply: required(ops, name) };
};

export const truth: Maker = ({ random, pick }) => {
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
  return b && { name, takes: [a, b], apply: required(ops, name), flat: true };
};

export const where: Maker = ({ pick }) => {
  const condition = pick(isTruth);
  const same = (value: Value) => isFloat(value) && value.shape.join() === condition?.shape.join();
  const [a, b] = condition ? [pick(same), pick(same)] : [];
  return (
    a && b && { name: 'where', takes: [condition!, a, b], apply: (c, x, y) => tf.where(c, x, y), flat: true }
  );
};
