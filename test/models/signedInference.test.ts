import { describe, expect, it } from 'vitest';
import {
  type NrmConfig,
  nrm,
  nrmConfig,
  pathOf,
  pathScore,
  type RenderingPath,
  signedInference,
  signedLogits,
} from '../../src/models/nrm/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import type { Named } from '../../src/tensorflow/spec/program.js';

await loadTensorFlow();

const parse = (settings: object): NrmConfig => nrmConfig.parse({ name: 'nrm', classes: 3, ...settings });
const networks: [string, NrmConfig][] = [
  ['one layer', parse({ layers: [{ filters: 3 }] })],
  [
    'max-pooling',
    parse({ layers: [{ filters: 4, kernel: 5, pool: {} }, { filters: 5 }, { filters: 3, pool: {} }] }),
  ],
  [
    'odd sizes',
    parse({
      layers: [
        { filters: 3, padding: 'valid', pool: { size: 3 } },
        { filters: 4, pool: {} },
      ],
    }),
  ],
  [
    'mean-pooling',
    parse({
      layers: [
        { filters: 3, pool: { kind: 'mean' } },
        { filters: 4, pool: {} },
      ],
    }),
  ],
  ['LeakyReLU', parse({ layers: [{ filters: 3, pool: {} }, { filters: 4 }], activation: 'leaky-relu' })],
  [
    'batch normalisation',
    parse({ layers: [{ filters: 3, pool: {} }, { filters: 4 }], normalization: 'batch' }),
  ],
  ['no global pooling', parse({ layers: [{ filters: 3, pool: {} }], globalPooling: 'none' })],
];
const size = { height: 11, width: 10, channels: 2 };

function build(config: NrmConfig, nonNegative: boolean, image = size) {
  const model = nrm(config, image);
  const parameters: Named<Tensor> = {};
  Object.entries(model.parameters(1)).forEach(([name, { shape }], i) => {
    const drawn = tf.randomNormal([...shape], 0, 0.4, 'float32', i + 1);
    const positive = /variance$/.test(name) || (nonNegative && /(weight|gamma)$/.test(name));
    parameters[name] = positive ? tf.abs(drawn) : drawn;
  });
  return { model, parameters };
}

const pictures = (count: number, { height, width, channels } = size): Tensor4D =>
  tf.randomNormal([count, height, width, channels], 0.2, 1, 'float32', 5);

const oneHot = (labels: number[], classes = 3) =>
  tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32') as tf.Tensor2D;

/** Without the sign of zeros. */
const values = (x: Tensor) => Array.from(x.dataSync(), (value) => value + 0);

function near(a: Tensor, b: Tensor, limit = 1e-4) {
  expect(a.shape).toEqual(b.shape);
  const scale = Math.max(1, tf.max(tf.abs(b)).dataSync()[0]!);
  expect(tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]! / scale).toBeLessThan(limit);
}

/** ⟨x, h₀⟩ + η of each picture as its class. */
function scores(
  { model, parameters }: ReturnType<typeof build>,
  x: Tensor4D,
  classes: tf.Tensor2D,
  path: RenderingPath,
): number[] {
  const rendering = model.render(parameters, model.templates(parameters, classes), path);
  return values(tf.add(tf.sum(tf.mul(x, rendering.image), [1, 2, 3]), pathScore(rendering, path)));
}

describe.each(networks)('signed inference, %s', (_, config) => {
  it('is the ordinary one where nothing rendered is negative', () => {
    const { model, parameters } = build(config, true);
    const x = pictures(3);
    const first = model.forward(parameters, x);
    const signed = signedInference(model, parameters, x, first, { rounds: 2 });
    signed.layers.forEach(({ map, switches }, i) => {
      const ordinary = first.layers[i]!;
      near(map, ordinary.map);
      near(switches.active, ordinary.switches.active, 1e-6);
      if (ordinary.switches.winners)
        expect(values(switches.winners!)).toEqual(values(ordinary.switches.winners));
    });
    near(signed.features, first.features);
    near(signedLogits(model, parameters, x), first.logits);
  });

  it('never explains a picture worse after a round more, and better than the ordinary one', () => {
    const built = build(config, false);
    const { model, parameters } = built;
    const x = pictures(6);
    const classes = oneHot([0, 1, 2, 0, 1, 2]);
    const first = model.forward(parameters, x);
    const after = [0, 1, 2, 4].map((rounds) =>
      scores(built, x, classes, pathOf(signedInference(model, parameters, x, first, { classes, rounds }))),
    );
    for (let round = 1; round < after.length; round++)
      after[round]!.forEach((score, n) => {
        expect(score).toBeGreaterThanOrEqual(after[round - 1]![n]! - 1e-4);
      });
    const sum = (all: number[]) => all.reduce((a, b) => a + b);
    expect(sum(after[1]!)).toBeGreaterThan(sum(after[0]!) + 0.01);
  });

  it('gives the score of its switches as ⟨ψ, μ⟩', () => {
    const built = build(config, false);
    const { model, parameters } = built;
    const x = pictures(3);
    const classes = oneHot([2, 0, 1]);
    const signed = signedInference(model, parameters, x, model.forward(parameters, x), { classes });
    const score = tf.sum(tf.mul(signed.features, model.templates(parameters, classes)), 1);
    near(tf.tensor1d(scores(built, x, classes, pathOf(signed))), score);
  });
});

describe('signed inference', () => {
  const config = parse({
    layers: [
      { filters: 1, kernel: 3, pool: {} },
      { filters: 2, kernel: 1 },
    ],
    classes: 2,
  });
  const small = { height: 4, width: 2, channels: 1 };
  const bit = (code: number, i: number) => (code >> i) & 1;
  const place = (code: number, window: number) => 2 * bit(code, 2 * window) + bit(code, 2 * window + 1);
  /** Two windows of four places and a unit on top of each. */
  const lower = (code: number) => ({
    winners: [0, 1].flatMap((window) => [0, 1, 2, 3].map((i) => Number(i === place(code, window)))),
    active: [4, 5].map((i) => bit(code, i)),
  });

  it('with one layer is the best of all switches: brute force', () => {
    const one = parse({ layers: [{ filters: 1, kernel: 3, pool: {} }], classes: 2 });
    for (const label of [0, 1]) {
      const built = build(one, false, small);
      built.parameters['layer.0.bias'] = tf.tensor1d([0.2]);
      built.parameters['classifier.weight'] = tf.tensor2d([[0.7, -0.6]]);
      const { model, parameters } = built;
      const x = pictures(1, small);
      const classes = oneHot([label], 2);
      const first = model.forward(parameters, x);
      const found = pathOf(signedInference(model, parameters, x, first, { classes }));
      const codes = Array.from({ length: 64 }, (_, code) => lower(code));
      const every: RenderingPath = {
        affines: found.affines,
        switches: [
          {
            winners: tf.tensor4d(
              codes.flatMap(({ winners }) => winners),
              [64, 4, 2, 1],
            ),
            active: tf.tensor4d(
              codes.flatMap(({ active }) => active),
              [64, 2, 1, 1],
            ),
          },
        ],
      };
      const all = scores(built, x, tf.tile(classes, [64, 1]), every);
      expect(scores(built, x, classes, found)[0]).toBeCloseTo(Math.max(...all), 4);
      if (label === 1)
        expect(scores(built, x, classes, pathOf(first))[0]).toBeLessThan(Math.max(...all) - 0.01);
    }
  });

  it('with two layers ends where no other switches of one layer are better: brute force', () => {
    const built = build(config, false, small);
    const { model, parameters } = built;
    const x = pictures(1, small);
    const classes = oneHot([1], 2);
    const first = model.forward(parameters, x);
    const found = pathOf(signedInference(model, parameters, x, first, { classes, rounds: 8 }));
    const best = scores(built, x, classes, found)[0]!;
    const repeated = (all: Tensor4D, count: number) => tf.tile(all, [count, 1, 1, 1]);
    const codes = Array.from({ length: 64 }, (_, code) => lower(code));
    const [low, high] = found.switches as [(typeof found.switches)[0], (typeof found.switches)[0]];
    const lowOthers: RenderingPath = {
      affines: found.affines,
      switches: [
        {
          winners: tf.tensor4d(
            codes.flatMap(({ winners }) => winners),
            [64, 4, 2, 1],
          ),
          active: tf.tensor4d(
            codes.flatMap(({ active }) => active),
            [64, 2, 1, 1],
          ),
        },
        { active: repeated(high.active, 64) },
      ],
    };
    const highOthers: RenderingPath = {
      affines: found.affines,
      switches: [
        { winners: repeated(low.winners!, 16), active: repeated(low.active, 16) },
        {
          active: tf.tensor4d(
            Array.from({ length: 64 }, (_, i) => bit(i >> 2, i % 4)),
            [16, 2, 1, 2],
          ),
        },
      ],
    };
    for (const [others, count] of [
      [lowOthers, 64],
      [highOthers, 16],
    ] as const)
      expect(Math.max(...scores(built, x, tf.tile(classes, [count, 1]), others))).toBeCloseTo(best, 4);
  });
});
