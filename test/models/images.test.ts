import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { cnn, cnnConfig, cnnPresets, resnet, resnetConfig, withShapesOnly } from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Scalar, type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { loadWasm } from '../../src/tensorflow/backend/wasm/wasm.js';
import type { Named } from '../../src/tensorflow/spec/program.js';
import { expectClose, randomTensors } from './smallModels.js';

const { backend } = await loadTensorFlow({ precision: 'full' });
await loadWasm();
const backends = backend === 'tensorflow' ? ['tensorflow', 'wasm'] : ['wasm'];
await tf.setBackend(backend);
afterAll(() => tf.setBackend(backend));

const colour = { height: 32, width: 32, channels: 3 };
const cnnOf = (blocks: unknown, settings: object = {}, image = colour) =>
  cnn(cnnConfig.parse({ name: 'cnn', blocks, ...settings }), image);
const resnetOf = (settings: object = {}, image = colour) =>
  resnet(resnetConfig.parse({ name: 'resnet', ...settings }), image);
const weightsOf = (parameters: Named<{ shape: readonly number[] }>) =>
  Object.entries(parameters).filter(([name]) => name.endsWith('.weight'));

describe('cnn', () => {
  it('has the convolutions that its blocks ask for', () => {
    const shapes = (blocks: unknown) =>
      withShapesOnly(() => weightsOf(cnnOf(blocks).parameters(1)).map(([, { shape }]) => shape));
    expect(
      shapes([
        { filters: 8, convolutions: 2 },
        { filters: 4, pool: 'none' },
      ]),
    ).toEqual([
      [3, 3, 3, 8],
      [3, 3, 8, 8],
      [3, 3, 8, 4],
    ]);
    expect(shapes([{ filters: [6, 5], kernel: 5, pointwise: true }])).toEqual([
      [5, 5, 3, 6],
      [1, 1, 6, 5],
    ]);
    expect(Object.keys(cnnPresets).map((name) => shapes(name).length)).toEqual([3, 6, 10, 12]);
    expect(shapes('network-in-network').slice(0, 4)).toEqual([
      [5, 5, 3, 192],
      [1, 1, 192, 160],
      [1, 1, 160, 96],
      [5, 5, 96, 192],
    ]);
  });

  it.each([
    ['max', 'batch'],
    ['mean', 'batch'],
    ['none', 'batch'],
    ['max', 'bias'],
    ['mean', 'bias'],
  ] as const)('pools by %s what the textbook says, with %s', (pool, normalization) => {
    const image = { height: 7, width: 6, channels: 2 };
    const encoder = cnnOf([{ filters: 3, convolutions: 2, pool }], { normalization }, image);
    // Scales of both signs: with a negative one the largest value before it is the smallest after it.
    const parameters = { ...randomTensors(encoder.parameters(1)) };
    const scales = { 'conv1.0.gamma': [1.5, 0.5, -0.2], 'conv1.1.gamma': [-1.5, 0.5, -0.2] };
    if (normalization === 'batch')
      for (const [name, values] of Object.entries(scales)) parameters[name] = tf.tensor1d(values);
    const x = tf.randomNormal([2, 7, 6, 2], 0, 1, 'float32', 3) as Tensor4D;
    const on = ['conv1.0', 'conv1.1'].reduce((below, name) => {
      const at = <T extends Tensor>(part: string) => parameters[`${name}.${part}`] as T;
      const vector = (part: string) => at<tf.Tensor1D>(part);
      const linear = tf.conv2d(below, at<Tensor4D>('weight'), 1, 'same');
      const [mean, variance] = [vector('mean'), vector('variance')];
      return tf.relu(
        normalization === 'bias'
          ? tf.add(linear, vector('bias'))
          : tf.batchNorm(linear, mean, variance, vector('beta'), vector('gamma'), 1e-3),
      ) as Tensor4D;
    }, x);
    const expected = {
      max: () => tf.maxPool(on, 2, 2, 'valid'),
      mean: () => tf.avgPool(on, 2, 2, 'valid'),
      none: () => on,
    }[pool]();
    const { layers, features } = encoder.encode(parameters, x);
    expect(required(layers, 'conv1').shape).toEqual(expected.shape);
    expectClose(required(layers, 'conv1'), expected);
    expectClose(features, tf.mean(expected, [1, 2]));
  });

  it('follows the moments of what its convolutions give', () => {
    const encoder = cnnOf([{ filters: 3 }], {}, { height: 6, width: 6, channels: 2 });
    const parameters = randomTensors(encoder.parameters(1));
    const x = tf.randomNormal([4, 6, 6, 2], 0, 1, 'float32', 3) as Tensor4D;
    const { moments } = encoder.encode(parameters, x, { training: true });
    const linear = tf.conv2d(x, parameters['conv1.0.weight'] as Tensor4D, 1, 'same');
    expectClose(required(moments, 'conv1.0.mean'), tf.mean(linear, [0, 1, 2]));
    const apart = tf.sub(linear, tf.mean(linear, [0, 1, 2]));
    expectClose(required(moments, 'conv1.0.variance'), tf.mean(tf.square(apart), [0, 1, 2]));
  });

  it('names the block after which nothing is left of an image, and the size that would do', () => {
    expect(() => cnnOf('small', {}, { height: 7, width: 20, channels: 1 })).toThrow(
      'model.blocks: an image of 7×20 is too small for 3 poolings, nothing is left of it after block 3: set pool: none in ' +
        'some, or use images of at least 8×8 (data.width, data.height)',
    );
    expect(cnnOf('small', {}, { height: 8, width: 20, channels: 1 }).layers.conv3).toEqual([1, 2, 128]);
  });

  it('refuses settings that contradict each other', () => {
    const parsed = cnnConfig.safeParse({ name: 'cnn', blocks: [{ filters: [3, 4], convolutions: 2 }] });
    expect(parsed.error?.issues[0]).toMatchObject({ path: ['blocks', 0, 'convolutions'] });
    expect(cnnConfig.safeParse({ name: 'cnn', blocks: 'smal' }).error?.issues[0]?.message).toMatch(
      /^small, medium, deep, network-in-network, or a list of blocks/,
    );
  });
});

describe('resnet', () => {
  it('has 6 n + 2 layers with its head, and the published 0.27 million weights at n = 3', () => {
    for (const blocks of [1, 3, 5]) {
      const parameters = withShapesOnly(() => resnetOf({ blocks }).parameters(1));
      expect(weightsOf(parameters)).toHaveLength(6 * blocks + 1);
    }
    const encoder = resnetOf();
    const trained = Object.entries(encoder.parameters(1)).filter(
      ([name]) => !encoder.statistics.includes(name),
    );
    const head = 64 * 10 + 10;
    expect(trained.reduce((sum, [, { data }]) => sum + data.length, head) / 1e6).toBeCloseTo(0.27, 2);
    expect(encoder.layers).toEqual({
      stem: [32, 32, 16],
      stage1: [32, 32, 16],
      stage2: [16, 16, 32],
      stage3: [8, 8, 64],
    });
    expect(resnetOf({ width: 2 }).features).toBe(128);
  });

  it('passes every second pixel on where its blocks add nothing, with zeros for the new channels', () => {
    const encoder = resnetOf({ blocks: 2 }, { height: 7, width: 10, channels: 3 });
    const parameters = Object.fromEntries(
      Object.entries(randomTensors(encoder.parameters(1))).map(([name, value]) =>
        /^stage.*\.1\.(gamma|beta)$/.test(name) ? [name, tf.zerosLike(value)] : [name, value],
      ),
    );
    const x = tf.randomUniform([2, 7, 10, 3], 0, 1, 'float32', 3) as Tensor4D;
    const { layers } = encoder.encode(parameters, x);
    expect(required(layers, 'stage1').arraySync()).toEqual(required(layers, 'stem').arraySync());
    const stem = required(layers, 'stem').arraySync() as number[][][][];
    const every = <T>(list: readonly T[], step: number) => list.filter((_, index) => index % step === 0);
    for (const [name, step, channels] of [
      ['stage2', 2, 32],
      ['stage3', 4, 64],
    ] as const) {
      const expected = stem.map((image) =>
        every(image, step).map((row) =>
          every(row, step).map((pixel) => [...pixel, ...new Array(channels - 16).fill(0)]),
        ),
      );
      expect(required(layers, name).arraySync(), name).toEqual(expected);
    }
  });

  it('lays the windows of its strides around the pixels that the shortcut keeps', () => {
    const encoder = resnetOf({ blocks: 1 }, { height: 8, width: 8, channels: 1 });
    // One bright pixel, at a place that the shortcut keeps, and weights that copy the middle of the window.
    const middle = ([rows, , inputs, filters]: readonly number[]) => {
      const values = new Float32Array(rows! * rows! * inputs! * filters!);
      for (let channel = 0; channel < inputs!; channel++)
        values[(4 * inputs! + channel) * filters! + channel] = 1;
      return tf.tensor(values, [rows!, rows!, inputs!, filters!]);
    };
    const first = encoder.parameters(1);
    const parameters = Object.fromEntries(
      Object.entries(first).map(([name, { shape, data }]) => [
        name,
        name.endsWith('.weight') ? middle(shape) : tf.tensor(data, [...shape]),
      ]),
    );
    const x = tf.buffer([1, 8, 8, 1]);
    x.set(1, 0, 4, 2, 0);
    const { layers } = encoder.encode(parameters, x.toTensor() as Tensor4D);
    const lit = tf.greater(tf.sum(required(layers, 'stage2'), 3), 0).arraySync() as number[][][];
    const places = lit[0]!.flatMap((row, y) => row.flatMap((on, x) => (on ? [[y, x]] : [])));
    expect(places).toEqual([[2, 1]]);
    // The block has added as much as the shortcut passes on.
    expect(
      required(layers, 'stage2').max().dataSync()[0]! / required(layers, 'stage1').max().dataSync()[0]!,
    ).toBeCloseTo(2, 2);
  });

  it('says what is too small for it', () => {
    expect(() => resnetOf({}, { height: 3, width: 9, channels: 1 })).toThrow(
      'model.name: an image of 3×9 is too small for resnet, which halves it twice: use images of at least 4×4 ' +
        '(data.width, data.height)',
    );
  });
});

describe.each(backends)('on %s', (name) => {
  const image = { height: 8, width: 9, channels: 2 };
  const encoders = [
    cnnOf(
      [
        { filters: 4, convolutions: 2 },
        { filters: 4, pool: 'mean' },
      ],
      {},
      image,
    ),
    cnnOf([{ filters: 4 }, { filters: 4, pool: 'none' }], { normalization: 'bias' }, image),
    resnetOf({ blocks: 1 }, image),
  ];

  it.each(encoders.map((encoder) => [encoder.name, encoder] as const))(
    'the gradient of %s is what small moves along it find',
    async (_, encoder) => {
      await tf.setBackend(name);
      const parameters = randomTensors(encoder.parameters(1));
      const trained = Object.keys(parameters).filter((each) => !encoder.statistics.includes(each));
      const random = new Random(8);
      const drawn = (length: number) => Float32Array.from({ length }, () => random.normal());
      const x = tf.tensor(drawn(3 * 8 * 9 * 2), [3, 8, 9, 2]) as Tensor4D;
      const target = tf.tensor(drawn(3 * encoder.features), [3, encoder.features]);
      const loss = (...values: Tensor[]) => {
        const moved = { ...parameters };
        trained.forEach((each, index) => {
          moved[each] = values[index]!;
        });
        const { features } = encoder.encode(moved, x, { training: true });
        return tf.mean(tf.square(tf.sub(features, target))) as Scalar;
      };
      const start = trained.map((each) => required(parameters, each));
      const gradients = tf.grads(loss)(start);
      const length = Math.sqrt(
        gradients.reduce((sum, each) => sum + tf.sum(tf.square(each)).dataSync()[0]!, 0),
      );
      const step = 1e-2;
      const along = (by: number) =>
        loss(
          ...start.map((each, index) => tf.add(each, tf.mul(gradients[index]!, by / length))),
        ).dataSync()[0]!;
      const found = (along(step) - along(-step)) / (2 * step);
      expect(found / length).toBeCloseTo(1, 1);
      await tf.setBackend(backend);
    },
  );
});
