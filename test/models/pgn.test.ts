import { beforeAll, describe, expect, it } from 'vitest';
import { createModel, pgnConfig } from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend.js';
import tf, { type Tensor5D } from '../../src/tensorflow/tf.js';

beforeAll(async () => {
  await loadTensorFlow();
});

/** A model with its first parameters as tensors. */
function build(settings: object, frame: { height: number; width: number; channels: number }) {
  const model = createModel(pgnConfig.parse({ name: 'pgn', filters: [4, 6], lstm: 5, ...settings }), frame);
  const parameters = Object.fromEntries(
    Object.entries(model.parameters(3)).map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]),
  );
  return { model, parameters };
}

describe('PGN', () => {
  it.each([
    { height: 30, width: 30, channels: 1 },
    { height: 17, width: 23, channels: 3 },
  ])('gives a frame for every frame, at $height×$width×$channels', (frame) => {
    const { model, parameters } = build({}, frame);
    const shape: [number, number, number, number, number] = [2, 3, frame.height, frame.width, frame.channels];
    const { prediction, latents } = model.watch(
      parameters,
      tf.ones(shape) as Tensor5D,
      model.initialState(2),
    );
    expect(prediction.shape).toEqual(shape);
    expect(latents['lstm.h']!.shape).toEqual([2, 3, 5]);
    expect(latents['encoder.1']!.shape.slice(0, 2)).toEqual([2, 3]);
  });

  it('does not see the future: a later frame changes no earlier prediction', () => {
    const { model, parameters } = build({}, { height: 8, width: 8, channels: 1 });
    const frames = tf.randomUniform([1, 4, 8, 8, 1], 0, 1, 'float32', 7) as Tensor5D;
    const changed = tf.concat(
      [tf.slice(frames, [0, 0, 0, 0, 0], [1, 3, 8, 8, 1]), tf.zeros([1, 1, 8, 8, 1])],
      1,
    ) as Tensor5D;
    const [a, b] = [frames, changed].map((each) =>
      model.watch(parameters, each, model.initialState(1)).prediction.arraySync(),
    );
    expect(a![0]!.slice(0, 3)).toEqual(b![0]!.slice(0, 3));
    expect(a![0]![3]).not.toEqual(b![0]![3]);
  });

  it('goes on from its memory as if it had watched in one go', () => {
    const { model, parameters } = build({}, { height: 8, width: 8, channels: 1 });
    const frames = tf.randomUniform([1, 4, 8, 8, 1], 0, 1, 'float32', 7) as Tensor5D;
    const whole = model.watch(parameters, frames, model.initialState(1)).prediction.dataSync();
    const [first, second] = tf.split(frames, 2, 1) as [Tensor5D, Tensor5D];
    const start = model.watch(parameters, first, model.initialState(1));
    const rest = model.watch(parameters, second, start.state);
    const parts = [...start.prediction.dataSync(), ...rest.prediction.dataSync()];
    parts.forEach((value, i) => {
      expect(value).toBeCloseTo(whole[i]!, 5);
    });
  });

  it('starts from copying the last frame when it draws residuals', () => {
    const { model, parameters } = build({ output: 'residual' }, { height: 9, width: 8, channels: 3 });
    const frames = tf.randomUniform([2, 3, 9, 8, 3], 0, 1, 'float32', 7) as Tensor5D;
    const { prediction } = model.watch(parameters, frames, model.initialState(2));
    expect(prediction.dataSync()).toEqual(frames.dataSync());
  });

  it('has the parameters of the equations, the same for the same seed', () => {
    const { model } = build({ lstm: 1024, filters: [32, 32] }, { height: 64, width: 64, channels: 1 });
    const count = Object.values(model.parameters(1)).reduce((sum, { data }) => sum + data.length, 0);
    // Encoder and decoder convolutions, LSTM of 8192 inputs, fully connected layer back to 8192.
    const convolutions = 9 * 32 + 32 + (9 * 32 * 32 + 32) * 2 + (9 * 32 + 1);
    expect(count).toBe(convolutions + (8192 + 1024 + 1) * 4096 + 1024 * 8192 + 8192);
    expect(model.parameters(1)['encoder.0.weight']).toEqual(model.parameters(1)['encoder.0.weight']);
    expect(model.parameters(1)['encoder.0.weight']).not.toEqual(model.parameters(2)['encoder.0.weight']);
  });

  it('refuses a frame that its poolings would leave nothing of', () => {
    expect(() => build({ filters: [4, 4, 4] }, { height: 4, width: 32, channels: 1 })).toThrow(
      /too small for 3 poolings/,
    );
  });
});
