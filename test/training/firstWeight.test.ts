import { beforeAll, expect, it } from 'vitest';
import { loadTensorFlow } from '../../src/tensorflow/backend.js';
import tf, { type Tensor5D } from '../../src/tensorflow/tf.js';
import { squaredErrorOf } from '../../src/training/trainEntry.js';

beforeAll(async () => void (await loadTensorFlow()));

it("counts a clip's first prediction by its weight, and the others by 1", () => {
  // Two clips of three frames of 2×2: squared errors 4, 1 and 1.
  const output = tf.zeros([2, 3, 2, 2, 1]) as Tensor5D;
  const target = tf.mul<Tensor5D>(
    tf.ones([2, 3, 2, 2, 1]),
    tf.reshape(tf.tensor1d([2, 1, 1]), [1, 3, 1, 1, 1]),
  );
  const loss = (weight?: number) => squaredErrorOf(output, target, 'every', weight).dataSync()[0];
  expect(loss()).toBeCloseTo(2, 6);
  expect(loss(1)).toBeCloseTo(2, 6);
  expect(loss(0.5)).toBeCloseTo((0.5 * 4 + 2) / 2.5, 6);
  expect(loss(0)).toBeCloseTo(1, 6);
  expect(squaredErrorOf(output, target, 'last', 0.5).dataSync()[0]).toBeCloseTo(1, 6);
});
