import { supervised } from '../../src/methods/labels/supervised.js';
import { type AnyModelConfig, type ModelName, models } from '../../src/models/index.js';

/** A network at a size, and how it is trained: plain values, so that a browser can be given them. */
export interface ParityCase {
  readonly title: string;
  readonly model: AnyModelConfig;
  readonly frame: { readonly height: number; readonly width: number; readonly channels: number };
  /** Clips or images of a step. */
  readonly batch: number;
  /** Frames of a clip that are watched. */
  readonly steps: number;
  /** The settings of `supervised`, where the network gives classes in place of frames. */
  readonly supervised?: { readonly name: 'supervised'; readonly noise: number };
}

/** Small settings of every model in the registry: a model without any does not compile. */
const SMALL: Record<ModelName, object> = {
  pgn: { filters: [4, 6], lstm: 5 },
  autoencoder: { filters: [4, 6], units: 5 },
  'conv-lstm': { channels: [3, 4] },
  'frame-stack': { channels: 4, blocks: 2 },
  'dynamic-nrm': {
    layers: [
      { filters: 4, pool: {} },
      { filters: 5, pool: { kind: 'mean' } },
    ],
  },
  nrm: { layers: [{ filters: 4, pool: {} }, { filters: 5 }], normalization: 'batch' },
  'conv-lstm-classifier': { filters: [4, 5], channels: 3, classes: 3 },
  cnn: {
    blocks: [
      { filters: 4, convolutions: 2 },
      { filters: 5, pool: 'mean' },
    ],
  },
  resnet: { blocks: 1 },
  mlp: { units: [6, 5] },
  'conv-large': { width: 'eighth', padding: 'same', dropout: 0 },
  airbench: { widths: [5, 4] },
};

/** Sides that are not multiples of anything: rounded on the way down, made whole again on the way up. */
const FRAME = { height: 10, width: 14, channels: 1 };

/** Every model of the registry, small. */
export const parityCases: readonly ParityCase[] = Object.entries(SMALL).map(([name, settings]) => {
  const entry = models[name as ModelName];
  const model: AnyModelConfig = entry.schema.parse({ name, ...settings });
  return {
    title: name,
    model,
    frame: FRAME,
    batch: 2,
    steps: 3,
    ...(!entry.offers.includes('next-frame') && {
      supervised: supervised.settings.parse({ name: 'supervised' }),
    }),
  };
});

/** What a prediction and a step cost is measured with: the network of `foreframe live` at several sizes, and a recurrent one. */
export const speedCases: readonly ParityCase[] = (
  [
    ['frame-stack', { channels: 32, blocks: 2, patch: 2 }, 32, 24],
    ['frame-stack', { channels: 32, blocks: 2, patch: 2 }, 48, 36],
    ['frame-stack', { channels: 32, blocks: 2, patch: 2 }, 96, 72],
    ['conv-lstm', { channels: [16] }, 48, 36],
  ] as const
).map(([name, settings, width, height]) => ({
  title: `${name} ${width}×${height}`,
  model: models[name].schema.parse({ name, ...settings }),
  frame: { height, width, channels: 1 },
  batch: 1,
  steps: 10,
}));
