import {
  CIFAR_LAYERS,
  CLIP_LAYERS,
  FEW_CLIPS,
  type FrozenCase,
  MNIST_LAYERS,
  type Part,
  SMALL_CLASSIFIER,
  SMALL_VIDEO,
} from './case.js';

/** One of each kind of data, model and method: what they do does not depend on the rest. */
const RESUMED = [
  'balls-frame-stack',
  'demo',
  'digits-frame-stack',
  'faces-ae-lstm-static',
  'faces-pgn-adversarial',
  'video',
  'classify-cifar10-4000-labels-narrow',
  'classify-mnist-100-labels-nrm',
  'classify-occluded-digits-100-labels',
];
const PREDICTING = [
  'balls-pgn',
  'faces-ae-fc-units',
  'faces-frame-stack',
  'faces-pgn',
  'talking-face',
  'video',
];

function partsOf(name: string, command: FrozenCase['command']): Part[] {
  const looks: Part[] = command === 'train' ? ['evaluate', 'extract', 'export'] : [];
  if (RESUMED.includes(name)) looks.push('resume');
  if (PREDICTING.includes(name)) looks.push('predict');
  if (name.includes('mnist')) looks.push('outliers');
  return looks;
}

const FRAME_STACK = ['model.channels=6', 'model.blocks=2'];
const PGN = ['model.filters=[4, 4]', 'model.lstm=8'];
const PGN_LAYERS = 'lstm.h,lstm.c,encoder.1,pixels';
const AUTOENCODER_LAYERS = 'fc,encoder.1';

interface Video extends Pick<FrozenCase, 'layers' | 'base' | 'video'> {
  readonly settings: readonly string[];
}

const FROM_PGN: Video = {
  settings: [...PGN, 'training.startFrom=base'],
  base: { pipeline: 'faces-pgn', settings: [...SMALL_VIDEO, ...PGN] },
  layers: PGN_LAYERS,
};

const VIDEO: Readonly<Record<string, Video>> = {
  'balls-frame-stack': { settings: FRAME_STACK, layers: 'block.0,block.1' },
  'balls-pgn': { settings: PGN, layers: PGN_LAYERS },
  demo: { settings: FRAME_STACK, layers: 'block.1' },
  'digits-frame-stack': {
    settings: [...FRAME_STACK, 'data.steps=5', 'training.rollout=2'],
    layers: 'block.1',
  },
  'faces-ae-fc-units': { settings: ['model.filters=[4, 4]', 'model.units=8'], layers: AUTOENCODER_LAYERS },
  'faces-ae-fc-weights': {
    settings: ['model.filters=[4, 4]', 'model.units={asManyWeightsAsLstm: 4}'],
    layers: AUTOENCODER_LAYERS,
  },
  'faces-ae-lstm-dynamic': { settings: PGN, layers: PGN_LAYERS },
  'faces-ae-lstm-static': { settings: PGN, layers: PGN_LAYERS },
  'faces-frame-stack': { settings: FRAME_STACK, layers: 'block.0,block.1' },
  'faces-pgn': { settings: PGN, layers: PGN_LAYERS },
  'faces-pgn-adversarial': {
    ...FROM_PGN,
    settings: [
      ...FROM_PGN.settings,
      'training.adversarial={lambda: 0.01, discriminator: {filters: [4, 4], lstm: 8, units: 8}}',
    ],
  },
  'faces-pgn-continued': FROM_PGN,
  'talking-face': { settings: [...FRAME_STACK, 'data.duration=12'], layers: 'block.1' },
  // As it was when it was frozen: the default for own videos has changed since.
  video: {
    video: true,
    settings: [
      ...['model={name: conv-lstm, channels: [4, 6], patch: 4}', 'method.rollout=0'],
      ...['training.learningRate=0.002', 'training.schedule={kind: cosine, final: 0.05}'],
      ...['data.steps=4', 'data.width=32', 'data.height=24'],
    ],
    layers: 'lstm.0.h,lstm.1.h,pixels',
  },
};

const SOON = ['training.ramp=4'];
const CLASSIFIERS: Readonly<Record<string, readonly string[]>> = {
  'classify-cifar10-4000-labels-narrow': [
    ...SOON,
    CIFAR_LAYERS,
    'training.labelsFirst=2',
    'method.rendered=4',
  ],
  'classify-cifar10-4000-labels-nrm': [...SOON, CIFAR_LAYERS],
  'classify-mnist-100-labels-nrm': [...SOON, MNIST_LAYERS, 'method.rendered=4'],
  'classify-mnist-100-labels-published': [...SOON, MNIST_LAYERS],
  'classify-occluded-digits-100-labels': [...SOON, CLIP_LAYERS, ...FEW_CLIPS, 'method.rendered=4'],
  'classify-ten-faces-50-labels': [...SOON, CLIP_LAYERS, ...FEW_CLIPS],
};

/** Each of `pipelines/*.yaml`, with less of everything. */
export const shippedCases: readonly FrozenCase[] = [
  ...Object.entries(VIDEO).map(
    ([name, { settings, ...rest }]): FrozenCase => ({
      name,
      command: 'train',
      pipeline: name,
      settings: [...SMALL_VIDEO, ...settings],
      parts: partsOf(name, 'train'),
      full: true,
      ...rest,
    }),
  ),
  ...Object.entries(CLASSIFIERS).map(
    ([name, settings]): FrozenCase => ({
      name,
      command: 'classify',
      pipeline: name,
      settings: [...SMALL_CLASSIFIER, ...settings],
      parts: partsOf(name, 'classify'),
      full: true,
    }),
  ),
];
