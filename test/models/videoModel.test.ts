import { beforeAll, describe, expect, it } from 'vitest';
import {
  autoencoderConfig,
  convLstmConfig,
  createModel,
  dynamicNrmConfig,
  type FrameShape,
  frameStackConfig,
  type ModelConfig,
  pgnConfig,
  unitsOfEqualWeights,
} from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend.js';
import tf, { type Tensor5D } from '../../src/tensorflow/tf.js';

beforeAll(async () => {
  await loadTensorFlow();
});

const pgn = (settings: object = {}) =>
  pgnConfig.parse({ name: 'pgn', filters: [4, 6], lstm: 5, ...settings });
const autoencoder = (settings: object = {}) =>
  autoencoderConfig.parse({ name: 'autoencoder', filters: [4, 6], units: 5, ...settings });
const convLstm = (settings: object = {}) =>
  convLstmConfig.parse({ name: 'conv-lstm', channels: [3, 4], ...settings });
const frameStack = (settings: object = {}) =>
  frameStackConfig.parse({ name: 'frame-stack', channels: 4, blocks: 2, ...settings });
const dynamicNrm = (settings: object = {}) =>
  dynamicNrmConfig.parse({
    name: 'dynamic-nrm',
    layers: [{ filters: 4, pool: {} }, { filters: 5, pool: { kind: 'mean' } }, { filters: 4 }],
    ...settings,
  });

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
  ['pgn, saturated', pgn({ saturated: true })],
  ['autoencoder', autoencoder()],
  ['autoencoder of equal weights', autoencoder({ units: { asManyWeightsAsLstm: 3 } })],
  ['conv-lstm', convLstm()],
  ['conv-lstm without patches', convLstm({ patch: 1, channels: [2] })],
  ['frame-stack', frameStack()],
  ['frame-stack of two frames', frameStack({ history: 2, patch: 1 })],
  ['dynamic-nrm', dynamicNrm()],
  ['dynamic-nrm of rendered units', dynamicNrm({ remembers: 'units' })],
  [
    'dynamic-nrm without memory',
    dynamicNrm({ memory: 'none', globalPooling: 'none', activation: 'leaky-relu' }),
  ],
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
    const fresh = model.initialState(1);
    const forgetful = model.watch(parameters, second, fresh);
    const parts = [...start.prediction.dataSync(), ...rest.prediction.dataSync()];
    parts.forEach((value, i) => {
      expect(value).toBeCloseTo(whole[i]!, 5);
    });
    const [without, withMemory] = [forgetful.prediction.dataSync(), rest.prediction.dataSync()];
    if (Object.keys(fresh).length > 0) expect(without).not.toEqual(withMemory);
    else expect(without).toEqual(withMemory);
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

/** Weights of a model, biases included, for grey frames of 64×64. */
function weightsOf(config: ModelConfig): number {
  const model = createModel(config, { height: 64, width: 64, channels: 1 });
  return Object.values(model.parameters(1)).reduce((sum, { data }) => sum + data.length, 0);
}

const FILTERS = { filters: [32, 32] };
/** Encoder and decoder convolutions of 32 filters each. */
const CONVOLUTIONS = 9 * 32 + 32 + (9 * 32 * 32 + 32) * 2 + (9 * 32 + 1);

describe('PGN', () => {
  it('saturated draws nothing beyond [0, 1], and what lies beyond can come back', () => {
    const frame = { height: 8, width: 8, channels: 1 };
    const [free, limited] = [pgn(), pgn({ saturated: true })].map((config) => build(config, frame));
    const frames = noise([2, 3, 8, 8, 1]);
    // Far beyond both limits.
    const parameters: Record<string, tf.Tensor> = {
      ...free!.parameters,
      'decoder.0.weight': tf.mul(free!.parameters['decoder.0.weight']!, 50),
    };
    const drawn = (model: typeof free) =>
      model!.model.watch(parameters, frames, model!.model.initialState(2)).prediction;
    const [beyond, within] = [drawn(free), drawn(limited)];
    expect(tf.min(beyond).dataSync()[0]).toBeLessThan(0);
    expect(tf.max(beyond).dataSync()[0]).toBeGreaterThan(1);
    expect(within.dataSync()).toEqual(tf.clipByValue(beyond, 0, 1).dataSync());
    const slopes = [free, limited].map((model) =>
      tf
        .grad((bias) => {
          const changed = { ...parameters, 'decoder.0.bias': bias };
          return tf.sum(model!.model.watch(changed, frames, model!.model.initialState(2)).prediction);
        })(parameters['decoder.0.bias']!)
        .dataSync(),
    );
    expect(slopes[1]).toEqual(slopes[0]);
    expect(slopes[0]![0]).toBe(beyond.size);
  });

  it('has the parameters of the equations', () => {
    // LSTM of 8192 inputs; fully connected layer back to 8192.
    const expected = CONVOLUTIONS + (8192 + 64 + 1) * 4 * 64 + 64 * 8192 + 8192;
    expect(weightsOf(pgn({ lstm: 64, ...FILTERS }))).toBe(expected);
  });

  it('refuses a frame that its poolings would leave nothing of', () => {
    const small = { height: 4, width: 32, channels: 1 };
    expect(() => createModel(pgn({ filters: [4, 4, 4] }), small)).toThrow(/too small for 3 poolings/);
  });
});

describe('autoencoder', () => {
  it('has as many units as the LSTM, or as many weights', () => {
    const withUnits = (units: number) => CONVOLUTIONS + (8192 + 1) * units + units * 8192 + 8192;
    expect(weightsOf(autoencoder({ units: 64, ...FILTERS }))).toBe(withUnits(64));
    const units = unitsOfEqualWeights({ features: 8192, lstm: 64 });
    expect(weightsOf(autoencoder({ units: { asManyWeightsAsLstm: 64 }, ...FILTERS }))).toBe(withUnits(units));
    const lstm = (8192 + 64 + 1) * 4 * 64;
    expect(Math.abs((8192 + 1) * units - lstm)).toBeLessThanOrEqual((8192 + 1) / 2);
  });

  it('names its latents after their layers', () => {
    const { model, parameters } = build(autoencoder(), { height: 8, width: 8, channels: 1 });
    const { latents } = model.watch(parameters, noise([2, 3, 8, 8, 1]), model.initialState(2));
    const shapes = Object.fromEntries(Object.entries(latents).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toEqual({ 'encoder.0': [2, 3, 4, 4, 4], 'encoder.1': [2, 3, 2, 2, 6], fc: [2, 3, 5] });
  });
});
