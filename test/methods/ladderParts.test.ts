import { beforeAll, describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import type { Look } from '../../src/methods/classification/look.js';
import { climb, denoisingCost } from '../../src/methods/ladder/climb.js';
import { combinatorParameters, combined } from '../../src/methods/ladder/combinator.js';
import { ladderDecoder } from '../../src/methods/ladder/ladderDecoder.js';
import { deviationOf, momentsOf, normalizedBy } from '../../src/nn/batchNorm.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor, type Tensor5D } from '../../src/tensorflow/backend/tf.js';
import { expectClose, randomTensors, tensorsOf } from '../models/smallModels.js';

beforeAll(() => loadTensorFlow({ precision: 'full' }));

const drawn = (shape: number[], seed: number) => tf.randomNormal(shape, 1, 2, 'float32', seed);

describe('a way up', () => {
  it('has noise on each layer that takes it, and on the answers by their own deviation', () => {
    const layer = drawn([6, 4], 1);
    const answers = drawn([6, 3], 2) as tf.Tensor2D;
    const wentOn: Tensor[] = [];
    const look: Pick<Look, 'read' | 'randomNormal'> = {
      read(_, { atRung } = {}) {
        wentOn.push(atRung!({ name: 'layer', value: layer, moments: momentsOf(layer) }));
        return answers;
      },
      randomNormal: (shape) => tf.ones([...shape]),
    };
    const { rungs, logits } = climb(look, tf.zeros([6, 1, 1, 1, 1]) as Tensor5D, 0.3);
    expect(Object.keys(rungs)).toEqual(['layer', 'answers']);
    expectClose(wentOn[0]!, tf.add(layer, 0.3));
    expectClose(required(rungs, 'layer').value, tf.add(layer, 0.3));
    const own = momentsOf(answers);
    expectClose(required(rungs, 'answers').value, tf.add(normalizedBy(answers, own), 0.3));
    expectClose(logits, tf.add(answers, tf.mul(deviationOf(own), 0.3)));
  });
});

describe('the denoising cost', () => {
  it('is 0 for the layer as it was before its normalisation, however small the layer is', () => {
    for (const scale of [1, 0.1]) {
      const clean = tf.mul(drawn([50, 4], 1), scale);
      const moments = momentsOf(clean);
      const rung = { value: normalizedBy(clean, moments), moments };
      expect(denoisingCost(rung, clean).dataSync()[0]).toBeLessThan(1e-9);
      // Off by one deviation.
      const off = tf.add(clean, deviationOf(moments));
      expect(denoisingCost(rung, off).dataSync()[0]).toBeCloseTo(1, 3);
    }
  });
});

describe('the combinator', () => {
  it('moves a value towards what is expected from above', () => {
    const parameters = randomTensors(combinatorParameters('c', 3));
    const [noisy, above] = [drawn([5, 3], 3), drawn([5, 3], 4)];
    const a = required(parameters, 'c').dataSync();
    const [z, u] = [noisy.dataSync(), above.dataSync()];
    const curve = (first: number, x: number, channel: number) => {
      const row = (at: number) => a[(first + at) * 3 + channel]!;
      return row(0) / (1 + Math.exp(-(row(1) * x + row(2)))) + row(3) * x + row(4);
    };
    combined(parameters, 'c', noisy, above)
      .dataSync()
      .forEach((value, i) => {
        const mean = curve(0, u[i]!, i % 3);
        expect(value).toBeCloseTo((z[i]! - mean) * curve(5, u[i]!, i % 3) + mean, 4);
      });
  });

  it('guesses 0 at first', () => {
    const first = tensorsOf(combinatorParameters('c', 3));
    expectClose(combined(first, 'c', drawn([5, 3], 3), drawn([5, 3], 4)), tf.zeros([5, 3]));
  });
});

describe('the way down', () => {
  it('goes from answers to maps to the image, each rung of its own shape', () => {
    const rungs = [
      { name: 'image', shape: [7, 6, 2] },
      { name: 'low', shape: [7, 6, 3] },
      { name: 'high', shape: [3, 3, 4] },
      { name: 'answers', shape: [5] },
    ];
    const decoder = ladderDecoder(rungs);
    const parameters = randomTensors(decoder.parameters(1));
    const noisy = Object.fromEntries(rungs.map(({ name, shape }, at) => [name, drawn([2, ...shape], at)]));
    const decode = (top: Tensor) => decoder.decode(parameters, noisy, top);
    const [guesses, others] = [decode(drawn([2, 5], 7)), decode(drawn([2, 5], 8))];
    for (const { name, shape } of rungs) {
      expect(required(guesses, name).shape).toEqual([2, ...shape]);
      // All of them follow from the top.
      expect(required(guesses, name).dataSync()).not.toEqual(required(others, name).dataSync());
    }
  });
});
