import { beforeAll, describe, expect, it } from 'vitest';
import { eachOf } from '../../src/common/eachOf.js';
import { required } from '../../src/common/required.js';
import {
  autoencoderConfig,
  createModel,
  type FrameShape,
  type ModelConfig,
  pgnConfig,
  unitsOfEqualWeights,
} from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor5D } from '../../src/tensorflow/backend/tf.js';

beforeAll(async () => {
  await loadTensorFlow();
});

const pgn = (settings: object = {}) =>
  pgnConfig.parse({ name: 'pgn', filters: [4, 6], lstm: 5, ...settings });
const autoencoder = (settings: object = {}) =>
  autoencoderConfig.parse({ name: 'autoencoder', filters: [4, 6], units: 5, ...settings });

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
    const [free, limited] = eachOf([pgn(), pgn({ saturated: true })], (config) => build(config, frame));
    const frames = noise([2, 3, 8, 8, 1]);
    // Far beyond both limits.
    const parameters: Record<string, tf.Tensor> = {
      ...free.parameters,
      'decoder.0.weight': tf.mul(required(free.parameters, 'decoder.0.weight'), 50),
    };
    const drawn = (model: typeof free) =>
      model.model.watch(parameters, frames, model.model.initialState(2)).prediction;
    const [beyond, within] = [drawn(free), drawn(limited)];
    expect(tf.min(beyond).dataSync()[0]).toBeLessThan(0);
    expect(tf.max(beyond).dataSync()[0]).toBeGreaterThan(1);
    expect(within.dataSync()).toEqual(tf.clipByValue(beyond, 0, 1).dataSync());
    const slopes = [free, limited].map((model) =>
      tf
        .grad((bias) => {
          const changed = { ...parameters, 'decoder.0.bias': bias };
          return tf.sum(model.model.watch(changed, frames, model.model.initialState(2)).prediction);
        })(required(parameters, 'decoder.0.bias'))
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
