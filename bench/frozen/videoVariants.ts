import { required } from '../../src/common/required.js';
import { type FrozenCase, type Part, SMALL_VIDEO } from './case.js';

interface Model {
  readonly settings: string;
  readonly layers: string;
  /** It can give back the frame that it was shown. */
  readonly reconstructs: boolean;
}

const MODELS: Readonly<Record<string, Model>> = {
  pgn: {
    settings: 'model={name: pgn, filters: [4, 4], lstm: 8}',
    layers: 'lstm.h,encoder.0',
    reconstructs: true,
  },
  'pgn-residual': {
    settings: 'model={name: pgn, filters: [4, 4], lstm: 8, output: residual}',
    layers: 'lstm.h',
    reconstructs: false,
  },
  autoencoder: {
    settings: 'model={name: autoencoder, filters: [4, 4], units: 8}',
    layers: 'fc,encoder.0',
    reconstructs: true,
  },
  'conv-lstm': {
    settings: 'model={name: conv-lstm, channels: [4, 6]}',
    layers: 'lstm.0.h,lstm.1.h',
    reconstructs: false,
  },
  'frame-stack': {
    settings: 'model={name: frame-stack, channels: 6, blocks: 1, history: 4}',
    layers: 'block.0',
    reconstructs: false,
  },
  'dynamic-nrm': {
    settings: 'model={name: dynamic-nrm, layers: [{filters: 4, pool: {}}, {filters: 6}]}',
    layers: 'layer.1,v,logits,features',
    reconstructs: true,
  },
};

const ADVERSARIAL =
  'training.adversarial={lambda: 0.05, discriminator: {filters: [4, 4], lstm: 8, units: 8}}';

/** Everything that `foreframe train` can learn by, on every model that it fits. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  next: [],
  last: ['training.predict=last'],
  rollout: ['training.rollout=2'],
  adversarial: [ADVERSARIAL],
  current: ['training.target=current'],
};

const OTHER: Readonly<Record<string, readonly string[]>> = {
  'adversarial-last': [ADVERSARIAL, 'training.predict=last'],
  'current-last': ['training.target=current', 'training.predict=last'],
  sgd: ['training.optimizer={kind: sgd, momentum: 0.9}'],
  rmsprop: ['training.optimizer={kind: rmsprop, momentum: 0.5}'],
  adamw: ['training.optimizer={kind: adamw}', 'training.schedule={kind: exponential}'],
  clipped: ['training.clipNorm=0.01'],
  still: ['data.still=true'],
  epochs: ['training.epochs=2'],
  unshuffled: ['data.shuffle=0'],
};

const DYNAMIC: Readonly<Record<string, string>> = {
  'no-memory': 'memory: none',
  persistence: 'memory: persistence',
  units: 'remembers: units',
  'no-dynamics': 'dynamics: none',
  bare: 'rendering: bare',
  'leaky-relu': 'activation: leaky-relu',
};

const ALL: readonly Part[] = ['resume', 'evaluate', 'extract', 'export', 'predict'];

const BALLS = [...SMALL_VIDEO, 'data.steps=4', 'data.stride=6', 'training.schedule={kind: constant}'];

function caseOf(
  name: string,
  settings: readonly string[],
  parts: readonly Part[],
  layers?: string,
): FrozenCase {
  return { name, command: 'train', pipeline: 'balls-pgn', settings: [...BALLS, ...settings], parts, layers };
}

/** Every model of frames by every way of learning them, and what else changes a step. */
export const videoVariants: readonly FrozenCase[] = [
  ...Object.entries(MODELS).flatMap(([model, { settings, layers, reconstructs }]) =>
    Object.entries(WAYS)
      .filter(([way]) => reconstructs || way !== 'current')
      .map(([way, more]) => {
        const parts: readonly Part[] =
          way === 'next' ? ALL : way === 'adversarial' && model === 'conv-lstm' ? ['resume'] : [];
        return caseOf(`${model}/${way}`, [settings, ...more], parts, layers);
      }),
  ),
  ...Object.entries(OTHER).map(([name, more]) =>
    caseOf(
      `pgn/${name}`,
      [required(MODELS, 'pgn').settings, ...more],
      name === 'current-last' ? ['evaluate'] : [],
    ),
  ),
  ...Object.entries(DYNAMIC).map(([name, setting]) =>
    caseOf(
      `dynamic-nrm/${name}`,
      [`model={name: dynamic-nrm, layers: [{filters: 4, pool: {}}, {filters: 6}], ${setting}}`],
      [],
    ),
  ),
];
