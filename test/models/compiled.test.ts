import { beforeAll, describe, expect, it } from 'vitest';
import { bouncingBalls } from '../../datasets/clips/bouncingBalls.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { type ClipStepSettings, videoProgram } from '../../src/engine/videoProgram.js';
import { adversarial } from '../../src/methods/adversarial.js';
import { nextFrame } from '../../src/methods/nextFrame.js';
import { reconstruction } from '../../src/methods/reconstruction.js';
import {
  autoencoderConfig,
  convLstmConfig,
  createModel,
  frameStackConfig,
  type ModelConfig,
  pgnConfig,
} from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import { compile } from '../../src/tensorflow/program/compile.js';

const STEPS = 50;
/** Enough where only the loss is another. */
const FEW = 15;
const sizes = { batch: 3, steps: 4 };
const frame = { height: 12, width: 12, channels: 1 };

beforeAll(async () => {
  await loadTensorFlow({ precision: 'full' });
});

/**
 * Fifty batches of bouncing balls, the same every time. (On pure noise, at twice the rate, RMSProp blows rounding up: the
 * PGN's losses were 3.3e-5 apart after 49 steps.)
 */
function* batches(): Generator<Uint8Array> {
  const random = new Random(4);
  const frames = sizes.steps + 1;
  for (let step = 0; step < STEPS; step++) {
    const clips = Array.from(
      { length: sizes.batch },
      () => bouncingBalls(random, { size: frame.width, frames }).frames,
    );
    yield Uint8Array.from(
      clips.flatMap((clip) => [...clip]),
      (value) => Math.round(value * 255),
    );
  }
}

type Numbers = Record<string, number>;

/** What every step says of itself: losses and the like. */
function steps(
  config: ModelConfig,
  settings: ClipStepSettings,
  mode: 'graph' | 'eager',
  { count = STEPS, clipsOf = batches }: { count?: number; clipsOf?: typeof batches } = {},
): Numbers[] {
  const { variables, entries } = videoProgram(createModel(config, frame), 1, sizes, settings);
  const program = compile({ variables, entries: { train: required(entries, 'train') } }, { mode });
  const rates = {
    learningRate: 0.001,
    ...(settings.method?.name === 'adversarial' && { discriminatorLearningRate: 0.01 }),
  };
  const all = [...clipsOf()]
    .slice(0, count)
    .map((clips) =>
      Object.fromEntries(
        Object.entries(program.run('train', { clips, ...rates })).map(([name, { data }]) => [name, data[0]!]),
      ),
    );
  program.dispose();
  return all;
}

const relative = (a: number, b: number) => Math.abs(a - b) / Math.abs(b);

const pgn = pgnConfig.parse({ name: 'pgn', filters: [4, 6], lstm: 16 });
const models: [string, ModelConfig][] = [
  ['pgn', pgn],
  ['pgn, residual', { ...pgn, output: 'residual' }],
  ['pgn, saturated', { ...pgn, saturated: true }],
  ['autoencoder', autoencoderConfig.parse({ name: 'autoencoder', filters: [4, 6], units: 16 })],
  ['conv-lstm', convLstmConfig.parse({ name: 'conv-lstm', channels: [4, 4] })],
  ['frame-stack', frameStackConfig.parse({ name: 'frame-stack', channels: 6, blocks: 2 })],
];
const rmsprop: ClipStepSettings['optimizer'] = { kind: 'rmsprop', decay: 0.9, momentum: 0 };
const adam: ClipStepSettings['optimizer'] = { kind: 'adam', beta1: 0.9, beta2: 0.999 };
const nextFrameOf = (predict: 'every' | 'last') => nextFrame.settings.parse({ name: 'next-frame', predict });
const adversarialOf = (predict: 'every' | 'last') =>
  adversarial.settings.parse({
    name: 'adversarial',
    predict,
    // Fifty times the default: what the discriminator adds has to show in the fifth digit.
    lambda: 0.01,
    discriminator: { filters: [3], lstm: 6, units: 5 },
  });

describe.each(models)('%s, compiled', (_, config) => {
  it.each([
    [STEPS, 'rmsprop', { optimizer: rmsprop, method: nextFrameOf('every') }],
    // Roundings add up as they do above: the other optimizer and the clipping show in the first steps.
    [FEW, 'adam, clipped, last frame only', { optimizer: adam, method: nextFrameOf('last'), clipNorm: 0.5 }],
  ] satisfies [number, string, ClipStepSettings][])(
    'loses what it loses op by op, over %i steps of %s',
    (count, _, settings) => {
      const [graph, eager] = [
        steps(config, settings, 'graph', { count }),
        steps(config, settings, 'eager', { count }),
      ];
      expect(graph).toHaveLength(count);
      graph.forEach(({ loss }, step) => {
        expect(relative(loss!, required(eager[step]!, 'loss')), `step ${step + 1}`).toBeLessThan(1e-5);
      });
    },
  );
});

describe('training against a discriminator', () => {
  it.each([
    ['pgn, every frame', models[0]![1], 'every', {}],
    ['autoencoder, last frame only, clipped', models[3]![1], 'last', { clipNorm: 0.5 }],
  ] as const)('%s, compiled, says what it says op by op', (_, config, predict, how) => {
    const settings: ClipStepSettings = { optimizer: rmsprop, method: adversarialOf(predict), ...how };
    const [graph, eager] = [
      steps(config, settings, 'graph', { count: FEW }),
      steps(config, settings, 'eager', { count: FEW }),
    ];
    expect(graph).toHaveLength(FEW);
    graph.forEach((numbers, step) => {
      expect(Object.keys(numbers).sort()).toEqual(Object.keys(eager[step]!).sort());
      for (const [name, value] of Object.entries(numbers)) {
        // The norm is no sum of many: it moves with every rounding of the weights.
        const limit = name === 'gradientNorm' ? 1e-3 : 1e-5;
        expect(relative(value, required(eager[step]!, name)), `${name}, step ${step + 1}`).toBeLessThan(
          limit,
        );
      }
    });
  });
});

describe('training to reconstruct', () => {
  const current = reconstruction.settings.parse({ name: 'reconstruction', predict: 'last' });
  const ofCurrent: ClipStepSettings = { optimizer: rmsprop, method: current };

  it.each([models[0]!, models[3]!])('%s, compiled, loses what it loses op by op', (_, config) => {
    const [graph, eager] = [
      steps(config, ofCurrent, 'graph', { count: FEW }),
      steps(config, ofCurrent, 'eager', { count: FEW }),
    ];
    graph.forEach(({ loss }, step) => {
      expect(relative(loss!, required(eager[step]!, 'loss')), `step ${step + 1}`).toBeLessThan(1e-5);
    });
  });

  it('does not look at the frame that follows, and training to predict does', () => {
    // The same clips, but for their last frame: white.
    const whitened = function* () {
      for (const clips of batches()) {
        const size = frame.height * frame.width;
        const white = clips.map((value, i) => (Math.floor(i / size) % 5 === 4 ? 255 : value));
        yield white;
      }
    };
    const losses = (method: ClipStepSettings['method'], clipsOf: typeof batches) =>
      steps(pgn, { optimizer: rmsprop, method }, 'eager', { count: 3, clipsOf }).map(({ loss }) => loss);
    expect(losses(current, whitened)).toEqual(losses(current, batches));
    expect(losses(nextFrameOf('last'), whitened)).not.toEqual(losses(nextFrameOf('last'), batches));
  });
});
