import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { withInput } from '../../src/models/images/input/input.js';
import { type Encoder, modelConfig } from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { tensorsOf } from './smallModels.js';

/** NumPy's answers: fixtures/make_input.py. */
const numbers = z.array(z.number());
const frozen = z
  .object({ images: numbers, mean: numbers, matrix: numbers, whitened: numbers, standardised: numbers })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/input.json'), 'utf8')));

const image = { height: 4, width: 3, channels: 2 };
const given = { ...image, count: 40, images: Uint8Array.from(frozen.images) };

/** Shows what reaches it. */
const glass: Encoder = {
  ...{ name: 'glass', image, features: 24, layers: { seen: [4, 3, 2] }, statistics: [] },
  parameters: () => ({}),
  encode: (_, images) => ({
    layers: { seen: images },
    features: tf.reshape(images, [-1, 24]) as tf.Tensor2D,
    moments: {},
  }),
};

beforeAll(() => loadTensorFlow({ precision: 'full' }));

function seen(encoder: Encoder, fitted: ReturnType<NonNullable<Encoder['fit']>> = {}): Float32Array {
  const first = tf.div(tf.tensor4d(given.images.slice(0, 48), [2, 4, 3, 2]), 255) as Tensor4D;
  const { features } = encoder.encode(tensorsOf({ ...encoder.parameters(1), ...fitted }), first);
  return features.dataSync<'float32'>();
}

function expectNear(found: ArrayLike<number>, expected: readonly number[]) {
  expect(found.length).toBe(expected.length);
  Array.from(found).forEach((value, at) => {
    expect(value).toBeCloseTo(expected[at]!, 4);
  });
}

describe('what a network does to its images', () => {
  it('per-image: their mean and standard deviation, as NumPy has them', () => {
    expectNear(seen(withInput(glass, 'per-image')), frozen.standardised);
  });

  it('zca: the whitening of the training images, as NumPy has it', () => {
    const encoder = withInput(glass, 'zca');
    const fitted = encoder.fit!(given);
    expectNear(fitted['fixed/input.mean']!.data, frozen.mean);
    expectNear(fitted['fixed/input.whitening']!.data, frozen.matrix);
    expectNear(seen(encoder, fitted), frozen.whitened);
    // Before it is fitted, images pass as they are.
    expectNear(
      seen(encoder),
      [...given.images.slice(0, 48)].map((value) => value / 255),
    );
    // Neither a step nor a batch moves it.
    expect(encoder.statistics).toEqual(Object.keys(fitted));
    const zeros = tf.zeros([1, 4, 3, 2]) as Tensor4D;
    expect(encoder.encode(tensorsOf(fitted), zeros, { training: true }).moments).toEqual({});
  });

  it('is nothing where nothing is said', () => {
    expect(withInput(glass, undefined)).toBe(glass);
    expect(() => modelConfig.parse({ name: 'cnn', input: 'pca' })).toThrow();
  });
});
