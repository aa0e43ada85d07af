import { required } from '../../src/common/required.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import { binary, reduction, SMOOTH, STEPS, truth, unary, where, whole } from './fuzzElementOps.js';
import { imageOps } from './fuzzImageOps.js';
import { among, isFloat, isWhole, type Maker, type Value } from './fuzzValues.js';

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
  return { name, takes: [x], apply: required(ops, name), flat: name === 'stridedSlice' };
};

const gatherByInput: Maker = ({ pick }) => {
  const table = pick((value) => isFloat(value) && value.shape.length > 0 && value.shape[0]! > 0);
  const at = table && pick((value) => isWhole(value) && value.shape.length === 1);
  if (!at) return undefined;
  const rows = table.shape[0]!;
  return {
    name: 'gatherByInput',
    takes: [table, at],
    apply: (x, index) => tf.gather(x, tf.mod(tf.abs(index), tf.scalar(rows, 'int32')) as tf.Tensor1D),
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
  return { name, takes: [a, b], apply: required(ops, name) };
};

const product: Maker = ({ random, pick }) => {
  const a = pick((value) => isFloat(value) && value.shape.length >= 2 && value.shape.length <= 4);
  const batch = ({ shape }: Value) => shape.slice(0, -2).join();
  const b = a && pick((value) => isFloat(value) && value.shape.length >= 2 && batch(value) === batch(a));
  if (!b) return undefined;
  const [turnA, turnB] = [random.integer(2) === 0, random.integer(2) === 0];
  return { name: 'matMul', takes: [a, b], apply: (x, y) => tf.tanh(tf.matMul(x, y, turnA, turnB)) };
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
    imageOps,
    imageOps,
    whole,
    truth,
    where,
    gatherByInput,
  ],
];
