import { describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import { type NrmConfig, nrm, nrmConfig, nrmPresets, pathOf, pathScore } from '../../src/models/nrm/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import type { Named } from '../../src/tensorflow/spec/program.js';

await loadTensorFlow();

const max2 = { kind: 'max', size: 2 } as const;
const mean2 = { kind: 'mean', size: 2 } as const;
const parse = (settings: object): NrmConfig => nrmConfig.parse({ name: 'nrm', classes: 3, ...settings });

const networks: [string, NrmConfig][] = [
  ['one layer', parse({ layers: [{ filters: 3 }] })],
  ['max-pooling', parse({ layers: [{ filters: 4, kernel: 5, pool: max2 }, { filters: 5 }] })],
  [
    'odd sizes, valid borders, windows of three',
    parse({
      layers: [
        { filters: 3, padding: 'valid', pool: { size: 3 } },
        { filters: 4, pool: max2 },
      ],
    }),
  ],
  [
    'mean-pooling',
    parse({
      layers: [
        { filters: 3, pool: mean2 },
        { filters: 4, pool: max2 },
      ],
    }),
  ],
  [
    'a kernel of even side',
    parse({
      layers: [
        { filters: 3, kernel: 4, pool: max2 },
        { filters: 4, kernel: 2 },
      ],
    }),
  ],
  ['LeakyReLU', parse({ layers: [{ filters: 3, pool: max2 }, { filters: 4 }], activation: 'leaky-relu' })],
  ['no global pooling', parse({ layers: [{ filters: 3, pool: max2 }], globalPooling: 'none' })],
];
const image = { height: 11, width: 10, channels: 2 };

type Values = (name: string, shape: readonly number[]) => Tensor;
const signed: Values = (name, shape) =>
  tf.randomNormal([...shape], 0, 0.4, 'float32', name.length + shape.length);
/** What the theorem asks for: nothing rendered is negative. Biases may be. */
const nonNegative: Values = (name, shape) =>
  name.endsWith('.bias') ? signed(name, shape) : tf.abs(signed(name, shape));

function build(config: NrmConfig, values: Values, size = image) {
  const model = nrm(config, size);
  const parameters: Named<Tensor> = {};
  for (const [name, { shape }] of Object.entries(model.parameters(1)))
    parameters[name] = /\.variance$/.test(name)
      ? tf.randomUniform([...shape], 0.5, 2, 'float32', 3)
      : values(name, shape);
  return { model, parameters };
}

const pictures = (count: number, { height, width, channels } = image): Tensor4D =>
  tf.randomNormal([count, height, width, channels], 0.2, 1, 'float32', 5);

const rows = (x: Tensor) => x.arraySync() as number[][];

function near(a: Tensor, b: Tensor, limit = 1e-4) {
  expect(a.shape).toEqual(b.shape);
  const scale = Math.max(1, tf.max(tf.abs(b)).dataSync()[0]!);
  expect(tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]! / scale).toBeLessThan(limit);
}

/** The network as anyone would write it. */
function plainNetwork(config: NrmConfig, p: Named<Tensor>, x: Tensor4D, training = false): Tensor {
  let map = x;
  config.layers.forEach(({ padding, pool }, i) => {
    map = tf.conv2d(map, p[`layer.${i}.weight`] as Tensor4D, 1, padding);
    if (config.normalization === 'batch') {
      const { mean, variance } = training
        ? tf.moments(map, [0, 1, 2])
        : { mean: required(p, `layer.${i}.max.mean`), variance: required(p, `layer.${i}.max.variance`) };
      map = tf.batchNorm(
        map,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        p[`layer.${i}.beta`] as tf.Tensor1D,
        p[`layer.${i}.gamma`] as tf.Tensor1D,
        1e-3,
      ) as Tensor4D;
    } else map = tf.add(map, required(p, `layer.${i}.bias`));
    map = config.activation === 'relu' ? tf.relu(map) : tf.leakyRelu(map, 0.1);
    if (pool?.kind === 'max') map = tf.maxPool(map, pool.size, pool.size, 'valid');
    if (pool?.kind === 'mean') map = tf.avgPool(map, pool.size, pool.size, 'valid');
  });
  const vector = config.globalPooling === 'mean' ? tf.mean(map, [1, 2]) : tf.reshape(map, [x.shape[0], -1]);
  return tf.add(tf.matMul(vector, required(p, 'classifier.weight')), required(p, 'classifier.bias'));
}

describe.each(networks)('neural rendering model, %s', (_, config) => {
  it.each(['bias', 'batch'] as const)(
    'going up it is the plain convolutional network, %s',
    (normalization) => {
      const { model, parameters } = build({ ...config, normalization }, signed);
      for (const training of [false, true]) {
        const x = pictures(4);
        near(
          model.forward(parameters, x, { training }).logits,
          plainNetwork(model.config, parameters, x, training),
        );
      }
    },
  );

  it.each([
    ['bias', false],
    ['batch', false],
    ['batch', true],
  ] as const)(
    'explains a picture by its logits: ⟨x, h₀⟩ + η = ⟨ψ, μ⟩, %s, training: %s',
    (normalization, training) => {
      const { model, parameters } = build({ ...config, normalization }, signed);
      const x = pictures(3);
      const inference = model.forward(parameters, x, { training });
      const path = pathOf(inference);
      for (let label = 0; label < config.classes; label++) {
        const classes = tf.cast(
          tf.oneHot(tf.fill([3], label, 'int32') as tf.Tensor1D, config.classes),
          'float32',
        );
        const template = model.templates(parameters, classes);
        const rendering = model.render(parameters, template, path);
        const likelihood = tf.sum(tf.mul(x, rendering.image), [1, 2, 3]);
        near(tf.add(likelihood, pathScore(rendering, path)), tf.sum(tf.mul(inference.features, template), 1));
      }
    },
  );

  it('with non-negative weights, no other switches explain it better', () => {
    const { model, parameters } = build(config, nonNegative);
    const x = pictures(2);
    const best = pathOf(model.forward(parameters, x));
    const template = model.templates(
      parameters,
      tf.tensor2d([
        [1, 0, 0],
        [0, 0, 1],
      ]),
    );
    const score = (path: typeof best) => {
      const rendering = model.render(parameters, template, path);
      return tf.add(tf.sum(tf.mul(x, rendering.image), [1, 2, 3]), pathScore(rendering, path)).dataSync();
    };
    const top = score(best);
    for (let seed = 0; seed < 12; seed++) {
      // Switches of other pictures, from alike to unrelated.
      const other = tf.add(
        x,
        tf.mul(tf.randomNormal(x.shape, 0, 1, 'float32', seed + 10), 0.02 * 2 ** seed),
      ) as Tensor4D;
      score(pathOf(model.forward(parameters, other))).forEach((value, i) => {
        expect(value).toBeLessThanOrEqual(top[i]! + 1e-4);
      });
    }
  });

  it('takes a gradient on both ways: of the rendered picture and of the switches', () => {
    const { model, parameters } = build(config, signed);
    const x = pictures(2);
    const template = tf.ones([2, model.features]);
    const names = Object.keys(parameters).filter(
      (name) => name.endsWith('.weight') && name.startsWith('layer'),
    );
    const drawn = (weights: Tensor[]) => {
      const all = { ...parameters };
      names.forEach((name, i) => {
        all[name] = weights[i]!;
      });
      // The switches are constants, so only the weights on the way down count.
      const path = pathOf(model.forward(parameters, x));
      return tf.sum(tf.square(model.render(all, template, path).image)) as tf.Scalar;
    };
    const weights = names.map((name) => required(parameters, name));
    const gradients = tf.grads((...w: Tensor[]) => drawn(w))(weights);
    const direction = weights.map((w, i) => tf.randomNormal(w.shape, 0, 1, 'float32', i + 1));
    const slope = gradients.reduce((sum, g, i) => sum + tf.sum(tf.mul(g, direction[i]!)).dataSync()[0]!, 0);
    const at = (t: number) =>
      drawn(weights.map((w, i) => tf.add(w, tf.mul(direction[i]!, t)))).dataSync()[0]!;
    expect(slope / ((at(1e-2) - at(-1e-2)) / 2e-2)).toBeCloseTo(1, 1);
    gradients.forEach((g) => {
      expect(tf.max(tf.abs(g)).dataSync()[0]).toBeGreaterThan(0);
    });
  });

  it('reads with minima what it reads in the negative with maxima, turned back', () => {
    const { model, parameters } = build(config, signed);
    const negative: Named<Tensor> = { ...parameters };
    for (const name of Object.keys(parameters))
      if (name.endsWith('.bias')) negative[name] = tf.neg(required(parameters, name));
    const x = pictures(2);
    const min = model.forward(parameters, x, { activation: 'min' });
    const max = model.forward(negative, tf.neg(x));
    near(min.features, tf.neg(max.features));
    const path = pathOf(min);
    const template = tf.ones([2, model.features]);
    const rendering = model.render(parameters, template, path);
    const likelihood = tf.sum(tf.mul(x, rendering.image), [1, 2, 3]);
    near(tf.add(likelihood, pathScore(rendering, path)), tf.sum(tf.mul(min.features, template), 1));
  });
});

describe('neural rendering model', () => {
  it('finds the best of all switches there are: brute force', () => {
    const config = parse({
      layers: [
        { filters: 1, kernel: 3, pool: max2 },
        { filters: 2, kernel: 1 },
      ],
      classes: 2,
    });
    const size = { height: 4, width: 2, channels: 1 };
    const { model, parameters } = build(config, nonNegative, size);
    parameters['layer.0.bias'] = tf.tensor1d([-0.3]);
    parameters['layer.1.bias'] = tf.tensor1d([-0.1, 0.2]);
    const x = pictures(1, size);
    const inference = model.forward(parameters, x);
    const template = model.templates(parameters, tf.tensor2d([[0, 1]]));
    // Two windows with four places each and a unit on top, and two units in each of two places above: 4² · 2² · 2⁴ ways, all
    // as one batch.
    const ways = 2 ** 10;
    const bit = (code: number, i: number) => (code >> i) & 1;
    const eachWay = (values: (code: number) => number[], shape: number[]) =>
      tf.tensor<tf.Rank>(Array.from({ length: ways }, (_, code) => values(code)).flat(), [
        ways,
        ...shape,
      ]) as Tensor4D;
    const winners = (code: number) =>
      [0, 1].flatMap((window) => {
        const place = 2 * bit(code, 2 * window) + bit(code, 2 * window + 1);
        return [0, 1, 2, 3].map((i) => Number(i === place));
      });
    const active = (bits: number[]) => (code: number) => bits.map((i) => bit(code, i));
    const switches = [
      { active: eachWay(active([4, 5]), [2, 1, 1]), winners: eachWay(winners, [4, 2, 1]) },
      { active: eachWay(active([6, 7, 8, 9]), [2, 1, 2]) },
    ];
    const path = { switches, affines: pathOf(inference).affines };
    const rendering = model.render(parameters, tf.tile(template, [ways, 1]), path);
    const scores = tf
      .add(tf.sum(tf.mul(x, rendering.image), [1, 2, 3]), pathScore(rendering, path))
      .dataSync();
    expect(new Set(scores).size).toBeGreaterThan(ways / 8);
    expect(Math.max(...scores)).toBeCloseTo(tf.sum(tf.mul(inference.features, template)).dataSync()[0]!, 4);
  });

  it('with all switches on renders as the transposed network', () => {
    const config = parse({
      layers: [
        { filters: 3, pool: max2 },
        { filters: 4, padding: 'valid' },
      ],
    });
    const { model, parameters } = build(config, signed);
    const on = [
      { active: tf.ones([1, 5, 5, 3]) as Tensor4D, winners: tf.ones([1, 11, 10, 3]) as Tensor4D },
      { active: tf.ones([1, 3, 3, 4]) as Tensor4D },
    ];
    const affines = [0, 1].map((i) => ({ shift: required(parameters, `layer.${i}.bias`) }));
    const template = tf.randomNormal([1, 4], 0, 1, 'float32', 8);
    const top = tf.tile(tf.reshape(tf.div(template, 9), [1, 1, 1, 4]), [1, 3, 3, 1]) as Tensor4D;
    const below = tf.conv2dTranspose(top, parameters['layer.1.weight'] as Tensor4D, [1, 5, 5, 3], 1, 'valid');
    const large = tf.pad(tf.image.resizeNearestNeighbor(below, [10, 10]), [
      [0, 0],
      [0, 1],
      [0, 0],
      [0, 0],
    ]);
    const expected = tf.conv2dTranspose(
      large,
      parameters['layer.0.weight'] as Tensor4D,
      [1, 11, 10, 2],
      1,
      'same',
    );
    near(model.render(parameters, template, { switches: on, affines }).image, expected, 1e-6);
  });

  it('drops units on both ways alike', () => {
    const config = parse({
      layers: [
        { filters: 6, pool: max2, dropout: 0.5 },
        { filters: 4, pool: mean2, dropout: 0.3 },
      ],
    });
    const { model, parameters } = build(config, signed);
    const x = pictures(3);
    const randomUniform = (shape: readonly number[]) => tf.randomUniform([...shape], 0, 1, 'float32', 4);
    const inference = model.forward(parameters, x, { training: true, randomUniform });
    const kept = inference.layers[0]!.switches.kept!.dataSync();
    expect(new Set(kept)).toEqual(new Set([0, 2]));
    const path = pathOf(inference);
    const template = tf.ones([3, 4]);
    const rendering = model.render(parameters, template, path);
    const likelihood = tf.sum(tf.mul(x, rendering.image), [1, 2, 3]);
    near(tf.add(likelihood, pathScore(rendering, path)), tf.sum(inference.features, 1));
    expect(rows(model.forward(parameters, x).logits)).not.toEqual(rows(inference.logits));
  });

  it('has the published sizes', () => {
    const count = (settings: object, channels: number, side: number) => {
      const model = nrm(nrmConfig.parse({ name: 'nrm', ...settings }), {
        height: side,
        width: side,
        channels,
      });
      const weights = Object.entries(model.parameters(1)).filter(([name]) => /weight$/.test(name));
      return {
        weights: weights.reduce((sum, [, { data }]) => sum + data.length, 0),
        top: model.layers.at(-1)!.output,
      };
    };
    expect(count(nrmPresets.mnist, 1, 28)).toEqual({
      weights: 25 * 32 + 9 * 32 * 64 + 9 * 64 * 64 + 9 * 64 * 128 + 128 * 10,
      top: { height: 7, width: 7, channels: 128 },
    });
    const widths = [3, 128, 128, 128, 256, 256, 256, 512, 256, 128];
    const convolutions = widths.slice(1).reduce((sum, width, i) => sum + 9 * width * widths[i]!, 0);
    expect(count(nrmPresets.allConv13, 3, 32)).toEqual({
      weights: convolutions + 1280,
      top: { height: 6, width: 6, channels: 128 },
    });
    expect(() => count(nrmPresets.mnist, 1, 3)).toThrow(/leave nothing after layer 2/);
  });
});
