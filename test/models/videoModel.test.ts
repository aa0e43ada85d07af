import { beforeAll, describe, expect, it } from 'vitest';
import {
  convLstmConfig,
  createModel,
  type FrameShape,
  type ModelConfig,
  pgnConfig,
} from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend.js';
import tf, { type Tensor5D } from '../../src/tensorflow/tf.js';

beforeAll(async () => {
  await loadTensorFlow();
});

const pgn = (settings: object = {}) =>
  pgnConfig.parse({ name: 'pgn', filters: [4, 6], lstm: 5, ...settings });
const convLstm = (settings: object = {}) =>
  convLstmConfig.parse({ name: 'conv-lstm', channels: [3, 4], ...settings });

/** A model with its first parameters as tensors; all of them random, so that nothing is hidden by a zero. */
function build(config: ModelConfig, frame: FrameShape) {
  const model = createModel(config, frame);
  const parameters = Object.fromEntries(
    Object.entries(model.parameters(3)).map(([name, { shape }]) => [
      name,
      tf.randomNormal([...shape], 0, 0.2, 'float32', name.length),
    ]),
  );
  return { model, parameters };
}

type Shape5D = [number, number, number, number, number];
const noise = (shape: Shape5D): Tensor5D => tf.randomUniform(shape, 0, 1, 'float32', 7);

describe.each([
  ['pgn', pgn()],
  ['pgn, residual', pgn({ output: 'residual' })],
  ['conv-lstm', convLstm()],
  ['conv-lstm without patches', convLstm({ patch: 1, channels: [2] })],
])('every video model: %s', (_, config) => {
  it.each([
    { height: 30, width: 30, channels: 1 },
    { height: 17, width: 23, channels: 3 },
  ])('gives a frame for every frame, at $height×$width×$channels', (frame) => {
    const { model, parameters } = build(config, frame);
    const shape: Shape5D = [2, 3, frame.height, frame.width, frame.channels];
    const { prediction, latents, state } = model.watch(parameters, noise(shape), model.initialState(2));
    expect(prediction.shape).toEqual(shape);
    for (const latent of Object.values(latents)) expect(latent.shape.slice(0, 2)).toEqual([2, 3]);
    const shapes = (named: Record<string, tf.Tensor>) =>
      Object.entries(named).map(([name, t]) => [name, t.shape]);
    expect(shapes(state)).toEqual(shapes(model.initialState(2)));
  });

  it('does not see the future: a later frame changes no earlier prediction', () => {
    const { model, parameters } = build(config, { height: 8, width: 8, channels: 1 });
    const frames = noise([1, 4, 8, 8, 1]);
    const start = tf.slice(frames, [0, 0, 0, 0, 0], [1, 3, 8, 8, 1]);
    const changed = tf.concat([start, tf.zeros([1, 1, 8, 8, 1])], 1) as Tensor5D;
    const [a, b] = [frames, changed].map(
      (each) => model.watch(parameters, each, model.initialState(1)).prediction.arraySync()[0]!,
    );
    expect(a!.slice(0, 3)).toEqual(b!.slice(0, 3));
    expect(a![3]).not.toEqual(b![3]);
  });

  it('goes on from its memory as if it had watched in one go', () => {
    const { model, parameters } = build(config, { height: 8, width: 9, channels: 1 });
    const frames = noise([1, 4, 8, 9, 1]);
    const whole = model.watch(parameters, frames, model.initialState(1)).prediction.dataSync();
    const [first, second] = tf.split(frames, 2, 1) as [Tensor5D, Tensor5D];
    const start = model.watch(parameters, first, model.initialState(1));
    const rest = model.watch(parameters, second, start.state);
    const forgetful = model.watch(parameters, second, model.initialState(1));
    const parts = [...start.prediction.dataSync(), ...rest.prediction.dataSync()];
    parts.forEach((value, i) => {
      expect(value).toBeCloseTo(whole[i]!, 5);
    });
    expect(forgetful.prediction.dataSync()).not.toEqual(rest.prediction.dataSync());
  });

  it('has the same first parameters for the same seed, and others for another', () => {
    const model = createModel(config, { height: 8, width: 8, channels: 1 });
    const weights = (seed: number) => Object.values(model.parameters(seed)).map(({ data }) => [...data]);
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
  });
});

describe('models that draw what changes', () => {
  it.each([
    ['pgn', pgn({ output: 'residual' })],
    ['conv-lstm', convLstm()],
  ])('%s starts from copying the last frame', (_, config) => {
    const model = createModel(config, { height: 9, width: 8, channels: 3 });
    const parameters = Object.fromEntries(
      Object.entries(model.parameters(3)).map(([name, { shape, data }]) => [
        name,
        tf.tensor(data, [...shape]),
      ]),
    );
    const frames = noise([2, 3, 9, 8, 3]);
    expect(model.watch(parameters, frames, model.initialState(2)).prediction.dataSync()).toEqual(
      frames.dataSync(),
    );
  });
});

describe('PGN', () => {
  it('has the parameters of the equations', () => {
    const model = createModel(pgn({ lstm: 1024, filters: [32, 32] }), { height: 64, width: 64, channels: 1 });
    const count = Object.values(model.parameters(1)).reduce((sum, { data }) => sum + data.length, 0);
    // Encoder and decoder convolutions; LSTM of 8192 inputs; fully connected layer back to 8192.
    const convolutions = 9 * 32 + 32 + (9 * 32 * 32 + 32) * 2 + (9 * 32 + 1);
    expect(count).toBe(convolutions + (8192 + 1024 + 1) * 4096 + 1024 * 8192 + 8192);
  });

  it('refuses a frame that its poolings would leave nothing of', () => {
    const small = { height: 4, width: 32, channels: 1 };
    expect(() => createModel(pgn({ filters: [4, 4, 4] }), small)).toThrow(/too small for 3 poolings/);
  });
});
