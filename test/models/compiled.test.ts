import { beforeAll, describe, expect, it } from 'vitest';
import { bouncingBalls } from '../../datasets/bouncingBalls.js';
import { Random } from '../../src/common/random.js';
import { convLstmConfig, createModel, type ModelConfig, pgnConfig } from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend.js';
import { compile } from '../../src/tensorflow/compile.js';
import { type StepSettings, videoProgram } from '../../src/training/videoProgram.js';

const STEPS = 50;
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

function losses(config: ModelConfig, settings: StepSettings, mode: 'graph' | 'eager'): number[] {
  const program = compile(videoProgram(createModel(config, frame), 1, sizes, settings), { mode });
  const all = [...batches()].map(
    (clips) => program.run('train', { clips, learningRate: 0.001 }).loss!.data[0]!,
  );
  program.dispose();
  return all;
}

const models: [string, ModelConfig][] = [
  ['pgn', pgnConfig.parse({ name: 'pgn', filters: [4, 6], lstm: 16 })],
  ['pgn, residual', pgnConfig.parse({ name: 'pgn', filters: [4, 6], lstm: 16, output: 'residual' })],
  ['conv-lstm', convLstmConfig.parse({ name: 'conv-lstm', channels: [4, 4] })],
];
const rmsprop: StepSettings['optimizer'] = { kind: 'rmsprop', decay: 0.9, momentum: 0 };
const adam: StepSettings['optimizer'] = { kind: 'adam', beta1: 0.9, beta2: 0.999 };

describe.each(models)('%s, compiled', (_, config) => {
  it.each([
    ['rmsprop', { optimizer: rmsprop, predict: 'every' }],
    ['adam, clipped, last frame only', { optimizer: adam, predict: 'last', clipNorm: 0.5 }],
  ] satisfies [string, StepSettings][])(
    `loses what it loses op by op, over ${STEPS} steps of %s`,
    (_, settings) => {
      const [graph, eager] = [losses(config, settings, 'graph'), losses(config, settings, 'eager')];
      graph.forEach((loss, step) => {
        expect(Math.abs(loss - eager[step]!) / eager[step]!, `step ${step + 1}`).toBeLessThan(1e-5);
      });
    },
  );
});
