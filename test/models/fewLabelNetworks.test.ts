import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { checkSettings } from '../../src/config/loadConfig.js';
import { sampleConfig } from '../../src/config/sampleConfig.js';
import { sampleMethodOf } from '../../src/methods/index.js';
import { createNetwork, modelConfig, withShapesOnly } from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import { randomTensors, tensorsOf } from './smallModels.js';

beforeAll(() => loadTensorFlow({ precision: 'full' }));

const colour = { height: 32, width: 32, channels: 3 };
const encoderOf = (settings: object, image = colour) =>
  required({ ...createNetwork(modelConfig.parse(settings), image) }, 'encoder') as NonNullable<
    ReturnType<typeof createNetwork>['encoder']
  >;
const shapesOf = (settings: object) =>
  Object.entries(withShapesOnly(() => encoderOf(settings).parameters(1))).map(
    ([name, { shape }]) => [name, shape] as const,
  );
const values = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

describe('conv-large', () => {
  it('has the convolutions of the literature, and shares of them', () => {
    const weights = (width: string) =>
      shapesOf({ name: 'conv-large', width }).filter(([name]) => name.endsWith('.weight'));
    // 3.1 million weights, as Laine & Aila, table 5, has them: three 3×3 of 128, three of 256, then 3×3 of 512, 1×1 of 256 and 128.
    expect(weights('full').map(([, [side, , , filters]]) => [side, filters])).toEqual([
      ...[128, 128, 128, 256, 256, 256, 512].map((filters) => [3, filters]),
      ...[256, 128].map((filters) => [1, filters]),
    ]);
    expect(weights('full').reduce((sum, [, shape]) => sum + values(shape), 0)).toBe(3_116_416);
    expect(weights('eighth').map(([, shape]) => shape[3])).toEqual([16, 16, 16, 32, 32, 32, 64, 32, 16]);
    expect(encoderOf({ name: 'conv-large' }).layers).toEqual({
      conv1: [16, 16, 128],
      conv2: [8, 8, 256],
      conv3: [6, 6, 128],
    });
  });

  it('drops units of the first two blocks while it learns, and none later', () => {
    const encoder = encoderOf({ name: 'conv-large', width: 'eighth' });
    const parameters = randomTensors(encoder.parameters(1));
    const images = tf.randomUniform([2, 32, 32, 3], 0, 1, 'float32', 3) as Tensor4D;
    const randomUniform = (shape: readonly number[]) => tf.randomUniform([...shape], 0, 1, 'float32', 5);
    const zeros = (training: boolean, layer: string) => {
      const map = required(encoder.encode(parameters, images, { training, randomUniform }).layers, layer);
      return tf.mean(tf.cast(tf.equal(map, 0), 'float32')).dataSync()[0]!;
    };
    expect(zeros(true, 'conv1')).toBeCloseTo(0.5, 1);
    expect(zeros(true, 'conv2')).toBeCloseTo(0.5, 1);
    expect(zeros(true, 'conv3')).toBe(0);
    expect(zeros(false, 'conv1')).toBe(0);
    expect(() => encoder.encode(parameters, images, { training: true })).toThrow(/randomUniform/);
  });

  it('refuses images of which nothing is left', () => {
    expect(() => encoderOf({ name: 'conv-large' }, { height: 11, width: 30, channels: 1 })).toThrow(
      /too small for conv-large.*model\.padding=same/,
    );
  });
});

describe('airbench', () => {
  const random = new Random(3);
  /** Colours that go together, and neighbours that do. */
  const images = (() => {
    const [count, side] = [40, 9];
    const data = new Uint8Array(count * side * side * 3);
    for (let pixel = 0; pixel < count * side * side; pixel++) {
      const common =
        pixel % side === 0 ? random.integer(180) : data[3 * (pixel - 1)]! * 0.7 + random.integer(60);
      for (let c = 0; c < 3; c++) data[3 * pixel + c] = common + random.integer(40);
    }
    return { count, height: side, width: side, channels: 3, images: data };
  })();

  it('has 54 million products for an image of CIFAR-10', () => {
    const encoder = encoderOf({ name: 'airbench' });
    const sizes = Object.values(encoder.layers);
    const products = shapesOf({ name: 'airbench' })
      .filter(([name]) => name.startsWith('block') && name.endsWith('.weight'))
      .map(([name, shape]) => {
        const block = Number(/\d+/.exec(name)![0]);
        // The first convolution of a block reads the map of the block below, before it is halved.
        const [height, width] = sizes[name.endsWith('.0.weight') ? block - 1 : block]!;
        return values(shape) * height! * width!;
      });
    expect(Math.round(products.reduce((a, b) => a + b) / 1e6)).toBe(54);
  });

  it('makes patches of the training images white', () => {
    const encoder = encoderOf({ name: 'airbench', widths: [4] }, images);
    const fitted = encoder.fit!(images);
    const weight = tensorsOf(fitted)['fixed/whiten.weight'] as Tensor4D;
    const pixels = tf.div(tf.tensor4d(images.images, [40, 9, 9, 3]), 255) as Tensor4D;
    const whitened = tf.reshape(tf.conv2d(pixels, weight, 1, 'valid'), [-1, 24]);
    const moments = tf.div(tf.matMul(whitened, whitened, true), whitened.shape[0]).arraySync() as number[][];
    for (let a = 0; a < 12; a++)
      for (let b = 0; b < 12; b++) {
        // The smallest directions are held back by ε: there the second moment is below 1.
        if (a === b) expect(moments[a]![a]).toBeGreaterThan(a < 6 ? 0.6 : 0);
        else expect(Math.abs(moments[a]![b]!)).toBeLessThan(0.01);
        expect(moments[a]![b + 12]).toBeCloseTo(-moments[a]![b]!, 4);
      }
    expect(moments[0]![0]).toBeCloseTo(1, 2);
  });

  it('keeps its first kernels while all else learns, also those of the teacher', () => {
    const method = { name: 'mean-teacher' };
    const config = checkSettings(
      sampleConfig,
      {
        ...{ name: 'tiny', data: { dataset: 'mnist' }, model: { name: 'airbench', widths: [4] }, method },
        training: { labelled: 4, unlabelled: 4, steps: 1 },
      },
      'tiny',
    );
    const set = { ...images, side: 9, labels: Uint8Array.from({ length: 40 }, (_, i) => i % 10) };
    const network = createNetwork(config.model, images);
    const { method: settings, training, seed } = config;
    const learns = sampleMethodOf(settings);
    const sizes = { image: images, frames: 1, classes: 10, batch: 4, samples: 40 };
    const program = compile(learns.build({ settings, network, seed, training, ...sizes }), { mode: 'eager' });
    const before = program.state();
    const places = Array.from({ length: 10 }, (_, i) => i);
    const data = {
      description: '',
      classes: places.map(String),
      train: set,
      labelled: places,
      validation: set,
      test: set,
    };
    // The first step takes all of the batch's moments: later ones would show a rounding error.
    for (const step of [0, 1, 2]) {
      const { entry, feeds } = learns.batches({ settings, data, seed, training }).batch(step);
      program.run(entry, { ...feeds, learningRate: 0.01 });
    }
    const after = program.state();
    program.dispose();
    for (const prefix of ['', 'teacher/'])
      expect(required(after, `${prefix}fixed/whiten.weight`).data).toEqual(
        required(before, `${prefix}fixed/whiten.weight`).data,
      );
    for (const name of ['whiten.bias', 'block1.0.weight', 'teacher/block1.0.weight'])
      expect(required(after, name).data).not.toEqual(required(before, name).data);
  });
});
