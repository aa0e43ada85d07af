import { beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/common/errors.js';
import { required } from '../../src/common/required.js';
import { convolutionalHead } from '../../src/models/heads.js';
import { createNetwork, linearHead, perceptronHead, pgnConfig, readout } from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { randomTensors, tensorsOf } from './smallModels.js';

beforeAll(async () => {
  await loadTensorFlow({ precision: 'full' });
});

const vectors = () => tf.randomNormal([3, 4], 0, 1, 'float32', 2) as tf.Tensor2D;
const map = () => tf.randomNormal([3, 6, 5, 4], 0, 1, 'float32', 2) as Tensor4D;

describe('heads', () => {
  it.each([
    ['linear', linearHead('rotation', 4, 2), vectors],
    ['perceptron', perceptronHead('rotation', 4, [6, 5], 2), vectors],
    ['convolutional', convolutionalHead('rotation', 4, [6, 5], 2), map],
  ] as const)(
    '%s: from what it reads to what it gives, with parameters under its own name',
    (_, head, input) => {
      const parameters = head.parameters(1);
      expect(head.parameters(1)).toEqual(parameters);
      expect(head.parameters(2)).not.toEqual(parameters);
      for (const name of Object.keys(parameters)) expect(name).toMatch(/^rotation\./);
      const tensors = randomTensors(parameters);
      const read = (x: tf.Tensor) => head.apply(tensors, x as never).arraySync();
      expect([head.inputs, head.outputs]).toEqual([4, 2]);
      const outputs = read(input());
      expect([outputs.length, outputs[0]!.length]).toEqual([3, 2]);
      // Every parameter counts.
      for (const name of Object.keys(parameters)) {
        const without = { ...tensors, [name]: tf.zerosLike(required(tensors, name)) };
        expect(head.apply(without, input() as never).arraySync(), name).not.toEqual(outputs);
      }
    },
  );

  it('are linear at the end, and a perceptron without hidden layers all the way', () => {
    const head = perceptronHead('p', 4, [], 2);
    const parameters = tensorsOf(head.parameters(1));
    const x = vectors();
    const doubled = head.apply(parameters, tf.mul(x, 2)).arraySync().flat();
    head
      .apply(parameters, x)
      .arraySync()
      .flat()
      .forEach((value, i) => {
        expect(doubled[i]).toBeCloseTo(2 * value, 5);
      });
    expect(Object.keys(parameters)).toEqual(['p.0.weight', 'p.0.bias']);
  });
});

describe('what a head reads of an encoder', () => {
  const frame = { height: 8, width: 9, channels: 1 };
  const { encoder } = createNetwork(pgnConfig.parse({ name: 'pgn', filters: [4, 6], lstm: 5 }), frame);

  it('is its features, or the channel means of a layer', () => {
    const parameters = randomTensors(encoder!.parameters(1));
    const encoding = encoder!.encode(parameters, tf.randomUniform([2, 8, 9, 1], 0, 1, 'float32', 4));
    const whole = readout(encoder!);
    expect(whole.inputs).toBe(2 * 2 * 6);
    expect(whole.of(encoding).arraySync()).toEqual(encoding.features.arraySync());
    const lower = readout(encoder!, 'encoder.0');
    expect(lower.inputs).toBe(4);
    const found = lower.of(encoding).arraySync();
    const first = required(encoding.layers, 'encoder.0').arraySync() as number[][][][];
    const values = first[1]!.flat().map((pixel) => pixel[2]!);
    expect(found[1]![2]).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 5);
  });

  it('is refused in one line where there is no such layer', () => {
    expect(() => readout(encoder!, 'toString')).toThrow(UsageError);
    expect(() => readout(encoder!, 'conv3')).toThrow(
      'method.layer: model pgn has no layer conv3; it has: encoder.0, encoder.1',
    );
  });
});
