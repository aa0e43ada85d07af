import { expect } from 'vitest';
import {
  type AnyModelConfig,
  createNetwork,
  type ModelName,
  models,
  type Network,
} from '../../src/models/index.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../src/tensorflow/spec/program.js';

const layers = [{ filters: 4, pool: {} }, { filters: 5, pool: { kind: 'mean' } }, { filters: 4 }];

/** Small settings of every model in the registry, and of its variants: a model without any does not compile. */
const settings: Record<ModelName, readonly object[]> = {
  pgn: [
    { filters: [4, 6], lstm: 5 },
    { filters: [4, 6], lstm: 5, output: 'residual' },
    { filters: [4], lstm: 5, saturated: true },
  ],
  autoencoder: [
    { filters: [4, 6], units: 5 },
    { filters: [4, 6], units: { asManyWeightsAsLstm: 3 } },
  ],
  'conv-lstm': [{ channels: [3, 4] }, { channels: [2], patch: 1 }],
  'frame-stack': [
    { channels: 4, blocks: 2 },
    { channels: 4, blocks: 2, history: 2, patch: 1 },
  ],
  'dynamic-nrm': [
    { layers },
    { layers, remembers: 'units' },
    { layers, memory: 'none', globalPooling: 'none', activation: 'leaky-relu' },
  ],
  nrm: [
    { layers },
    {
      layers: [{ filters: 4, pool: {}, dropout: 0.3 }, { filters: 5 }],
      normalization: 'batch',
      activation: 'leaky-relu',
      maxMin: true,
      rendering: 'normalized',
    },
  ],
  'conv-lstm-classifier': [{ filters: [4, 5], channels: 3, classes: 3 }],
  cnn: [
    {
      blocks: [
        { filters: 4, convolutions: 2 },
        { filters: 5, pool: 'mean' },
      ],
    },
    {
      blocks: [
        { filters: [4, 3], kernel: 5, pointwise: true },
        { filters: 5, pool: 'none' },
      ],
    },
    { blocks: [{ filters: 4 }, { filters: 5 }], normalization: 'bias' },
    { blocks: [{ filters: 4 }], input: 'zca' },
  ],
  mlp: [{ units: [24, 12] }],
  resnet: [{ blocks: 1 }, { blocks: 1, input: 'per-image' }],
  'conv-large': [{ width: 'eighth', padding: 'same', dropout: 0 }],
  airbench: [{ widths: [5, 4] }],
};

/** A title and checked settings for each. */
export const smallModels: [title: string, config: AnyModelConfig][] = Object.entries(settings).flatMap(
  ([name, variants]) =>
    variants.map((variant): [string, AnyModelConfig] => [
      `${name} ${JSON.stringify(variant)}`,
      models[name as ModelName].schema.parse({ name, ...variant }),
    ]),
);

/** Whether the model of a case has a part. */
export const having =
  (part: keyof Network) =>
  ([, config]: (typeof smallModels)[number]) =>
    createNetwork(config, { height: 16, width: 16, channels: 1 })[part] !== undefined;

/** Parameters as tensors. */
export function tensorsOf(parameters: Named<HostArray>): Named<Tensor> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]),
  );
}

/** Other values for all parameters, so that none is hidden by a zero; variances stay above 0. */
export function randomTensors(parameters: Named<HostArray>): Named<Tensor> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }]) => {
      const drawn = tf.randomNormal([...shape], 0, 0.2, 'float32', name.length);
      return [name, name.endsWith('.variance') ? tf.add(tf.abs(drawn), 0.5) : drawn];
    }),
  );
}

/** The same values but for rounding. */
export function expectClose(a: Tensor, b: Tensor) {
  const [found, expected] = [a.dataSync(), b.dataSync()];
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 4);
  });
}
